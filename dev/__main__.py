"""``python3 -m dev COMMAND``. Kept in old syntax, so that an old Python gets a clear answer."""

import sys

if sys.version_info < (3, 9):
    sys.exit(
        "error: python3 is version %d.%d here; the bootstrap needs 3.9 or newer "
        "(Debian 12 has 3.11: apt-get install python3)." % sys.version_info[:2]
    )

from dev.cli import main

sys.exit(main())

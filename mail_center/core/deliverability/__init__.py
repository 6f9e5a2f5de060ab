"""Whether other servers believe a domain's mail: SPF, DKIM and DMARC, looked up and explained.

:mod:`.records` judges what a domain publishes (pure), :mod:`.lookup` asks the DNS for it,
:mod:`.sign` makes keys and signs mail with them (RFC 6376).
"""

from .lookup import examine
from .records import Finding, judge_dkim, judge_dmarc, judge_spf
from .sign import KeyProblem, dns_record, new_key, sign

__all__ = [
    "Finding",
    "KeyProblem",
    "dns_record",
    "examine",
    "judge_dkim",
    "judge_dmarc",
    "judge_spf",
    "new_key",
    "sign",
]

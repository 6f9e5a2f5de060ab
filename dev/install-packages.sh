#!/bin/bash
# Install Debian packages as root: no service of theirs is started, no PostgreSQL cluster made,
# and the two files that see to that are put back as they were, also after Ctrl-C.
set -eu

policy=/usr/sbin/policy-rc.d
marker='# temporary, by mail_center dev/install-packages.sh'
cluster_conf=/etc/postgresql-common/createcluster.conf
kept=$cluster_conf.mail_center

restore() {
    if [ -e "$policy" ] && grep -qxF "$marker" "$policy"; then rm -f "$policy"; fi
    if [ -e "$kept" ]; then mv "$kept" "$cluster_conf"; fi
}
trap restore EXIT
trap 'exit 130' INT TERM HUP

restore # what a killed run left
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\n%s\nexit 101\n' "$marker" > "$policy"
    chmod 755 "$policy"
fi

apt_install() {
    apt-get install -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@"
}

# An unreachable third-party source must not stop us if Debian's own answered.
apt-get update || echo "apt-get update had errors; trying to install all the same"

for package in "$@"; do
    if [ "$package" = postgresql ]; then
        # This package makes the file; only then can it be told not to make a cluster.
        apt_install postgresql-common
        cp -p "$cluster_conf" "$kept.new"
        mv "$kept.new" "$kept"
        printf '\n%s\ncreate_main_cluster = false\n' "$marker" >> "$cluster_conf"
    fi
done

apt_install "$@"

#!/bin/sh
# apt.sh "SERVICES" PACKAGE…: installs Debian packages for the tests. Runs as root. What the tests start, they start
# themselves: no service begins now, and none of SERVICES with the machine.
set -eu
services=$1
shift
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null
for service in $services; do
  deb-systemd-helper disable "$service" >/dev/null || true # a package may come without this one
done

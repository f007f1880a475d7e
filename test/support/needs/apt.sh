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
if command -v systemctl >/dev/null; then
  for service in $services; do
    systemctl --quiet disable "$service" || echo "$service may start with this machine: systemctl disable $service" >&2
  done
fi

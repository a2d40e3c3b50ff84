# Sourced: as_nobody is what runs a PostgreSQL server, which refuses to be root. A user who is not root needs nothing. Root is nobody in a
# namespace of its own; where there cannot be one, as in a chroot and in many containers, it becomes nobody, who may still go where
# root may.
# shellcheck shell=bash disable=SC2034
as_nobody=()
if [ "$(id -u)" = 0 ]; then
  as_nobody=(unshare --user --map-user=65534 --map-group=65534)
  "${as_nobody[@]}" true 2>/dev/null ||
    as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+dac_override,+fowner
      --ambient-caps=-all,+dac_override,+fowner)
fi

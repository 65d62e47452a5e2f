#!/usr/bin/env bash
# Runs the steps of the Dockerfile without Docker, and the result as an orchestrator would: read-only, without root.
#
# A minimal Debian made by debootstrap, with Node and npm from the npm registry, stands in for the base image. What this
# cannot tell: whether the base image has what Debian has. As root, with debootstrap, unshare and setpriv, and both
# registries within reach; needs `npm ci` done and a free port 4000.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/node_modules/.bin:$PATH

suite=${SUITE:-trixie}
work=$(mktemp -d)
root=$work/root
gateway=
finish() {
  if [ -n "$gateway" ]; then kill -KILL "$gateway" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT

step() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

! curl -s http://127.0.0.1:4000 >/dev/null || fail 'somebody listens on port 4000'

step "Base: Debian $suite, node $(node -p process.version)"
# node needs libatomic; the official image has it.
debootstrap --variant=minbase --include=libatomic1 "$suite" "$root" >"$work/debootstrap.log" 2>&1 || { tail "$work/debootstrap.log"; exit 1; }
install -m 755 "$(node -p process.execPath)" "$root/usr/local/bin/node"
npm install --global --prefix "$root/usr/local" --no-audit --no-fund --loglevel=error npm@11
# As the official image has it.
chroot "$root" useradd --uid 1000 --create-home --shell /bin/bash node
cp /etc/resolv.conf "$root/etc/resolv.conf"
# A private authority of this network is no part of the image.
inside=(npm_config_update_notifier=false PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root)
if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
  cp "$NODE_EXTRA_CA_CERTS" "$root/tmp/authorities.pem"
  building=(NODE_EXTRA_CA_CERTS=/tmp/authorities.pem)
fi
[ -z "${npm_config_registry:-}" ] || building+=("npm_config_registry=$npm_config_registry")

# What .dockerignore lets through; the rest must not be there for a COPY to find.
context=$work/context
mkdir "$context"
sed -n 's/^!//p' .dockerignore | while read -r name; do cp -r "$name" "$context/"; done

folder=/ user=root command= health=
run() { chroot "$root" env -i "${inside[@]}" "${building[@]:-X=}" sh -c "cd '$folder' && $1"; }
while IFS= read -r line; do
  read -r word rest <<<"$line"
  case $word in
    '' | '#'* | FROM | LABEL | EXPOSE) continue ;;
    ENV) for pair in $rest; do inside+=("$pair"); done ;;
    WORKDIR) folder=$rest; mkdir -p "$root$rest" ;;
    COPY)
      step "$line"
      read -ra parts <<<"$rest"
      to=$root$folder/${parts[-1]}
      unset 'parts[-1]'
      for from in "${parts[@]}"; do
        # A folder's content is copied, not the folder.
        if [ -d "$context/$from" ]; then mkdir -p "$to" && cp -r "$context/$from/." "$to"; else cp "$context/$from" "$to"; fi
      done ;;
    RUN) step "$line"; run "$rest" ;;
    USER) user=$rest ;;
    HEALTHCHECK) health=${rest#*CMD } ;;
    CMD) command=$rest ;;
    *) fail "the Dockerfile has a step that is not known here: $line" ;;
  esac
done < <(sed -e ':a' -e '/\\$/{N;s/\\\n *//;ba' -e '}' Dockerfile)
[ "$user" != root ] || fail 'the image runs as root'

step 'What the image holds'
du -sh "$root$folder/node_modules" "$root$folder/src" | sed "s|$root||"
for name in vitest typescript oxlint; do
  [ ! -e "$root$folder/node_modules/$name" ] || fail "$name is in the image"
done
rm -f "$root/tmp/authorities.pem"

# Credentials as a file, settings as another, as compose.yaml mounts them.
mkdir -p "$root/etc/gateway" "$root/run/secrets"
cp deploy/settings.yaml "$root/etc/gateway/gateway.yaml"
cp deploy/example.env "$root/run/secrets/gateway.env"
words() { node -p 'JSON.parse(process.argv[1]).join("\n")' "$1"; }
mapfile -t command < <(words "$command")
mapfile -t health < <(words "$health")
command=("${command[0]}" --env-file=/run/secrets/gateway.env "${command[@]:1}")

# In a namespace of its own: the root read-only, another user, no rights.
# Each of these becomes the next, so that signals reach node itself, as they do in a container.
inside_image=(
  unshare --mount --propagation private sh -c '
    root=$1 folder=$2; shift 2
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -o remount,bind,ro "$root"
    exec chroot "$root" setpriv --reuid 1000 --regid 1000 --clear-groups --bounding-set=-all --inh-caps=-all \
      --no-new-privs env --chdir="$folder" -i "$@"' - "$root" "$folder"
)
start() {
  "${inside_image[@]}" "${inside[@]}" REDIS_URL=redis://127.0.0.1:1 "${command[@]}" >"$work/log" 2>&1 &
  gateway=$!
  for _ in $(seq 100); do
    ! curl -sf http://127.0.0.1:4000/healthz >/dev/null || return 0
    kill -0 "$gateway" 2>/dev/null || break
    sleep 0.1
  done
  cat "$work/log"
  fail 'it does not answer'
}
ended() { code=0; wait "$gateway" || code=$?; gateway=; }
status() { curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:4000$1"; }

step "Start as $user, root read-only, no capabilities: ${command[*]}"
! "${inside_image[@]}" "${inside[@]}" sh -c 'touch /app/x /etc/x /x' 2>/dev/null || fail 'the root can be written'
start
grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|VmRSS)' "/proc/$gateway/status"
for path in /healthz /readyz; do echo "$path $(curl -s "http://127.0.0.1:4000$path")"; done
[ "$(status /graphql)" = 401 ] || fail 'who has no token is let in'
"${inside_image[@]}" "${inside[@]}" "${health[@]}" || fail 'HEALTHCHECK says it is ill'
echo 'HEALTHCHECK says it is well'

step 'SIGHUP: the settings are read again'
kill -HUP "$gateway"
sleep 1
grep -c '"event":"reloaded"' "$work/log" >/dev/null || fail 'not reloaded'
[ "$(status /healthz)" = 200 ] || fail 'gone after SIGHUP'
echo reloaded

step 'SIGTERM: /readyz says 503, then it ends with 0'
began=$(date +%s%N)
kill -TERM "$gateway"
sleep 0.4
[ "$(status /readyz)" = 503 ] || fail '/readyz does not say that it is stopping'
ended
echo "exit code $code after $((($(date +%s%N) - began) / 1000000)) ms"
[ "$code" = 0 ] || fail "exit code $code"
! "${inside_image[@]}" "${inside[@]}" "${health[@]}" || fail 'HEALTHCHECK says that what has ended is well'

step 'Settings that are wrong: exit code 1, every fault named'
printf 'accounts: []\nlimit: 1\n' >"$root/etc/gateway/gateway.yaml"
code=0
"${inside_image[@]}" "${inside[@]}" "${command[@]}" || code=$?
[ "$code" = 1 ] || fail "exit code $code"

step 'The sandbox in the same image, without settings and credentials'
rm "$root/etc/gateway/gateway.yaml" "$root/run/secrets/gateway.env"
command=(node src/main.ts sandbox)
inside+=(HOST=127.0.0.1)
start
curl -s http://127.0.0.1:4000/graphql -H 'content-type: application/json' -d '{"query":"{ accounts { id } }"}' | cut -c1-120
kill -INT "$gateway"
ended
[ "$code" = 0 ] || fail "exit code $code"

step 'All steps passed'

#!/usr/bin/env bash
# Builds the image where no container registry can be reached: the base is made of Debian's packages
# and of Deno from npm, laid out as the official image is; the Dockerfile is the same.
# Needs root, debootstrap, buildah and npm. `deploy/local_image.sh [TAG]`
set -euo pipefail
cd "$(dirname "$0")/.."

tag=${1:-localhost/kronos-edge:local}
deno_version=$(sed -n 's/^ARG DENO_IMAGE=.*:\([0-9.]*\)$/\1/p' Dockerfile)
base=localhost/deno:$deno_version
case $(uname -m) in
  x86_64) deno_package=@deno/linux-x64-glibc ;;
  aarch64) deno_package=@deno/linux-arm64-glibc ;;
  *) echo "no Deno for $(uname -m)" >&2; exit 1 ;;
esac

make_base() {
  local work root container
  work=$(mktemp --directory)
  trap 'rm -rf "$work"' RETURN
  root=$work/root
  debootstrap --variant=minbase --include=tini,ca-certificates bookworm "$root" >"$work/log" ||
    { cat "$work/log" >&2; return 1; }
  rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,locale,man}
  # Registries may stand behind a proxy whose certificates this machine knows.
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  npm pack --silent --pack-destination "$work" "$deno_package@$deno_version" >/dev/null
  tar --extract --gzip --file "$work"/*.tgz --directory "$work"
  install "$work/package/deno" "$root/usr/bin/deno"
  chroot "$root" useradd --uid 1993 --user-group deno
  install --directory --owner 1993 --group 1993 "$root/deno-dir"
  ln -s usr/bin/tini "$root/tini"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$root" / >/dev/null
  buildah config --env DENO_DIR=/deno-dir/ --env DENO_INSTALL_ROOT=/usr/local \
    --env DENO_USE_CGROUPS=1 --env "DENO_VERSION=$deno_version" \
    --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
  buildah commit --quiet --rm "$container" "$base" >/dev/null
}

buildah inspect --type image "$base" >/dev/null 2>&1 || make_base
# chroot isolation needs no OCI runtime; format docker keeps the health check.
buildah build --isolation chroot --format docker --layers --build-arg "DENO_IMAGE=$base" \
  --build-arg "REVISION=$(git rev-parse HEAD)" --tag "$tag" .
buildah inspect --type image --format '{{.FromImageID}}' "$tag"

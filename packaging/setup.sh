#!/bin/sh
# Set-up on Debian and Ubuntu, run by make before everything else. Does only what is still missing, so it may
# run every time: finds a Python, has the system's packages installed (with apt when it may, else it names
# them), then packaging/environment.py makes .venv from requirements.lock.
set -eu
cd "$(dirname "$0")/.."

# library that Qt or the build loads → Debian package that brings it
libraries='
libEGL.so.1:libegl1 libGL.so.1:libgl1 libglib-2.0.so.0:libglib2.0-0 libdbus-1.so.3:libdbus-1-3
libfontconfig.so.1:libfontconfig1 libxkbcommon.so.0:libxkbcommon0 libxkbcommon-x11.so.0:libxkbcommon-x11-0
libX11-xcb.so.1:libx11-xcb1 libxcb-cursor.so.0:libxcb-cursor0 libxcb-icccm.so.4:libxcb-icccm4
libxcb-image.so.0:libxcb-image0 libxcb-keysyms.so.1:libxcb-keysyms1 libxcb-randr.so.0:libxcb-randr0
libxcb-render-util.so.0:libxcb-render-util0 libxcb-shape.so.0:libxcb-shape0 libxcb-sync.so.1:libxcb-sync1
libxcb-xfixes.so.0:libxcb-xfixes0 libxcb-xkb.so.1:libxcb-xkb1
libwayland-client.so.0:libwayland-client0 libwayland-cursor.so.0:libwayland-cursor0'

# Versions for which every package in the lock is published ready to install.
supported() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; }
# PyInstaller packs libpython, so a Python that is linked to it is preferred.
shared() { "$1" -c 'import sys, sysconfig; sys.exit(not sysconfig.get_config_var("Py_ENABLE_SHARED"))'; }

choose_python() {
    fallback=
    for candidate in python3 /usr/bin/python3 python3.11 python3.12 python3.13 python3.14; do
        supported "$candidate" || continue
        if shared "$candidate"; then
            echo "$candidate"
            return
        fi
        fallback=${fallback:-$candidate}
    done
    echo "$fallback"
}

missing_packages() {
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$python" -c 'import ensurepip, venv' 2>/dev/null || echo "python$version-venv"
    command -v objdump >/dev/null 2>&1 || echo binutils
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p)
    case $("$python" -c 'import sys; print(sys.base_prefix)') in
        /usr) case $known in *"libpython$version.so"*) ;; *) echo "libpython$version" ;; esac ;;
    esac
    for pair in $libraries; do
        case $known in *"${pair%%:*} "*) ;; *) echo "${pair#*:}" ;; esac
    done
}

install_packages() {
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "Muniment needs the libraries that Debian ships as: $*" >&2
        echo "Please install what your system calls them, then run this again." >&2
        exit 1
    elif [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root=sudo
    else
        echo "Muniment needs some packages of the system first. Please run:" >&2
        echo "    sudo apt-get install $*" >&2
        exit 1
    fi
    echo "Installing packages of the system: $*"
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

python=$(choose_python)
if [ -z "$python" ]; then
    echo "Muniment needs Python 3.11, 3.12, 3.13 or 3.14. Please run: sudo apt-get install python3" >&2
    exit 1
fi
if [ "$(uname -s)" = Linux ]; then
    missing=$(missing_packages)
    # one package name a word is what apt wants
    # shellcheck disable=SC2086
    [ -z "$missing" ] || install_packages $missing
fi
exec "$python" packaging/environment.py

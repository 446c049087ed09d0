#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make install and uninstall, and what a program of somebody else's makes of what they left.
# Prints KTAP.
set -uo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
cd "$root" || exit 70
scripts/need gcc g++ libc6-dev binutils pkgconf make || exit 69
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count=0 failures=0
# result NAME STATUS: STATUS 0 is a pass; otherwise shows the file "out".
result() {
	count=$((count + 1))
	if (($2 == 0)); then
		echo "ok $count - $1"
	else
		sed 's/^/# /' "$work/out" | head -n 40
		echo "not ok $count - $1"
		failures=$((failures + 1))
	fi
}
# try NAME COMMAND...: passes when COMMAND succeeds
try() {
	local name=$1
	shift
	"$@" >"$work/out" 2>&1
	result "$name" $?
}
# same NAME: the files "expected" and "got" hold the same
same() {
	diff "$work/expected" "$work/got" >"$work/out"
	result "$1" $?
}
files_of() { (cd "$1" && find . ! -type d | sort); }
# MAKEFLAGS of the make that runs the tests would reach these.
make_() { env -u MAKEFLAGS -u MAKELEVEL make -s "$@"; }

stage=$work/stage
try "make install with DESTDIR" make_ install "DESTDIR=$stage"
find "$stage" -mindepth 1 -maxdepth 2 -not -path "$stage/usr" -not -path "$stage/usr/local" >"$work/out"
[[ ! -s $work/out ]]
result "goes below /usr/local alone" $?
{
	printf './%s\n' bin/vmm86 include/vmm86.h include/vmm86/abi.h lib/libvmm86.a lib/libvmm86.so \
		lib/libvmm86.so.0 lib/pkgconfig/libvmm86.pc lib/udev/rules.d/60-vmm86.rules
	for page in docs/man/*.[1-9]; do
		echo "./share/man/man${page##*.}/${page##*/}"
	done
} | sort >"$work/expected"
files_of "$stage/usr/local" | grep -vE '^\./src/|^\./share/man/man3/vmm86_' >"$work/got"
same "these files are installed"
find "$stage" -type f -perm /0022 >"$work/out"
find "$stage" -type f ! -perm -0444 >>"$work/out"
[[ ! -s $work/out ]]
result "everybody may read them, the owner alone may write" $?
find "$stage" -xtype l >"$work/out"
[[ ! -s $work/out ]]
result "no link leads nowhere" $?
grep -rlF "$root" "$stage" --include='*.pc' --include='*.h' --include='*.conf' --include='*.rules' >"$work/out"
[[ ! -s $work/out ]]
result "no file names the folder that it was built in" $?

# The interface, told thrice: by the header, by the map, by the manual.
lib=$stage/usr/local/lib
sed -nE 's/^VMM86_API .*\b(vmm86_[a-z0-9_]+)\(.*/\1/p' lib/vmm86.h | sort >"$work/expected"
nm -D --defined-only "$lib/libvmm86.so.0" | awk '$2 == "T" { sub(/@@VMM86_0\.1$/, "", $3); print $3 }' | sort >"$work/got"
[[ $(wc -l <"$work/expected") -gt 30 ]]
result "the header declares functions" $?
same "the shared library has the header's functions, each with its version"
nm -D --defined-only "$lib/libvmm86.so.0" | awk '$2 != "T" && $3 != "VMM86_0.1"' >"$work/out"
[[ ! -s $work/out ]]
result "and nothing else" $?
nm -g --defined-only "$lib/libvmm86.a" | awk 'NF == 3 { print $3 }' | sort >"$work/got"
same "the static library has the same"
sed -nE 's/^\.Fn (vmm86_[a-z0-9_]+) .*/\1/p' docs/man/libvmm86.3 | sort -u >"$work/got"
grep -oE '^static inline [a-z ]+ vmm86_[a-z_]+' lib/vmm86.h | awk '{ print $NF }' >>"$work/expected"
sort -o "$work/expected" "$work/expected"
same "libvmm86(3) has each function"
for name in $(grep -oE '^	VMM86_ERROR_[A-Z_]+' lib/vmm86.h); do
	grep -qE "^\.It Dv .*\b$name\b" docs/man/libvmm86.3 || echo "no $name"
done >"$work/out"
[[ ! -s $work/out ]]
result "and each error" $?
readelf -d "$lib/libvmm86.so.0" >"$work/out"
grep -q 'SONAME.*\[libvmm86\.so\.0\]' "$work/out"
result "the shared library has its soname" $?

# A program of somebody else's, elsewhere, by pkg-config.
mkdir "$work/elsewhere"
cp examples/*.c "$work/elsewhere"
cd "$work/elsewhere" || exit 70
export PKG_CONFIG_PATH=$stage/usr/local/lib/pkgconfig
version=$("$stage/usr/local/bin/vmm86" --version | awk '{ print $2 }')
echo "$version" >"$work/expected"
pkg-config --modversion libvmm86 >"$work/got" 2>&1
same "pkg-config knows the version"
# builds NAME PKG-CONFIG-OPTIONS COMPILER...: and the program, run without the driver, says what to do
builds() {
	local name=$1 options=$2 flags
	shift 2
	# shellcheck disable=SC2086
	flags=$(pkg-config $options --cflags --libs libvmm86 2>"$work/out") &&
		"$@" $flags >"$work/out" 2>&1
	result "$name" $?
}
builds "hello builds by --define-prefix" --define-prefix gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -o hello hello.c
PKG_CONFIG_SYSROOT_DIR=$stage builds "hello builds by PKG_CONFIG_SYSROOT_DIR" "" gcc -std=c11 -Wall -Wextra -Werror \
	-o hello-sysroot hello.c
builds "hello builds statically" "--define-prefix --static" gcc -static -o hello-static hello.c
for name in count-instructions memory-map; do
	builds "$name builds" --define-prefix gcc -std=c11 -Wall -Wextra -Werror -o $name $name.c
done
cat >use.cc <<'EOF'
#include <vmm86.h>
#include <cstring>
static int hlt(vmm86 *, void *, const struct vmm86_exit *) { return VMM86_STOP; }
int main()
{
	struct vmm86_handlers handlers = {};
	struct vmm86_events events = {};
	struct vmm86 *vm;
	handlers.hlt = hlt;
	vmm86_want_interrupt(&events, 0x21, true);
	int result = vmm86_open(&vm, "/nonexistent");
	struct vmm86_run *page = vmm86_page(vm);
	result = page ? vmm86_run_with(vm, &handlers, nullptr) : result;
	vmm86_close(vm);
	return result == VMM86_ERROR_NO_DEVICE && std::strstr(vmm86_strerror(result), "load") ? 0 : 1;
}
EOF
builds "a C++ program builds" --define-prefix g++ -std=c++11 -Wall -Wextra -Wshadow -Wpedantic -Werror -o use use.cc
try "and runs" env "LD_LIBRARY_PATH=$lib" ./use
for program in hello hello-static; do
	if [[ -e /dev/vmm ]]; then
		echo "ok $((++count)) - $program says that the driver is missing # SKIP it is not: there is a /dev/vmm"
		continue
	fi
	env "LD_LIBRARY_PATH=$lib" ./$program >"$work/got" 2>"$work/out"
	[[ $? == 1 && ! -s $work/got && $(wc -l <"$work/out") == 1 ]] && grep -q 'load the driver\|load it' "$work/out"
	result "$program says that the driver is missing" $?
done
unset PKG_CONFIG_PATH
cd "$root" || exit 70

# What DKMS would do: copy the source, then run what its configuration says.
source=$stage/usr/local/src/vmm86-$version
mkdir -p "$work/dkms/vmm86/$version"
cp -r "$source" "$work/dkms/vmm86/$version/build"
kernel_source_dir=$(scripts/kernel 6.1)/headers
export kernel_source_dir dkms_tree=$work/dkms
# dkms_says VARIABLE
dkms_says() { bash -c 'source "$1" && echo "${!2}"' - "$source/dkms.conf" "$1"; }
echo "vmm86 $version" >"$work/expected"
echo "$(dkms_says PACKAGE_NAME) $(dkms_says PACKAGE_VERSION)" >"$work/got"
same "dkms.conf has name and version"
command=$(dkms_says 'MAKE[0]')
try "the installed source builds by DKMS's command" bash -c "env -u MAKEFLAGS $command"
module=$(dkms_says 'BUILT_MODULE_LOCATION[0]')/$(dkms_says 'BUILT_MODULE_NAME[0]').ko
echo "$version" >"$work/expected"
/sbin/modinfo -F version "$work/dkms/vmm86/$version/build/$module" >"$work/got" 2>&1
same "and the module is where DKMS looks for it, of that version"
[[ -e $work/dkms/vmm86/$version/build/$module ]] && bash -c "env -u MAKEFLAGS $(dkms_says CLEAN)" >"$work/out" 2>&1 &&
	[[ ! -e $work/dkms/vmm86/$version/build/$module ]]
result "and its command to clean up takes it away" $?
exclusive=$(dkms_says BUILD_EXCLUSIVE_KERNEL)
for release in 6.1.0-9-amd64 6.12.3 7.2-rc1 10.0.1; do
	[[ $release =~ $exclusive ]] || echo "$release is left out"
done >"$work/out"
for release in 5.10.0-28-amd64 6.0.12 4.19.0; do
	[[ ! $release =~ $exclusive ]] || echo "$release is not left out"
done >>"$work/out"
[[ ! -s $work/out ]]
result "kernels before 6.1 are left out, later ones are not" $?
# The node is called as the driver calls it.
name=$(sed -nE "s/^\t\.name\s*= \"(.*)\",$/\1/p" driver/device.c)
echo "KERNEL==\"$name\", SUBSYSTEM==\"misc\", GROUP=\"kvm\", MODE=\"0660\"" >"$work/expected"
grep -v "^#" "$lib/udev/rules.d/60-vmm86.rules" >"$work/got"
same "the rule gives the node to the group kvm"

# Other folders, and all of it taken away.
other=$work/other
try "make install with PREFIX and LIBDIR" make_ install "DESTDIR=$other" PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-gnu
[[ -e $other/usr/lib/x86_64-linux-gnu/libvmm86.so.0 && -e $other/usr/src/vmm86-$version/dkms.conf && ! -e $other/usr/local ]]
result "they are honoured" $?
# shellcheck disable=SC2016
grep -qx 'libdir=${prefix}/lib/x86_64-linux-gnu' "$other/usr/lib/x86_64-linux-gnu/pkgconfig/libvmm86.pc"
result "by the file for pkg-config, too" $?
touch "$other/usr/lib/x86_64-linux-gnu/somebody-elses"
try "make uninstall with them" make_ uninstall "DESTDIR=$other" PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-gnu
echo ./usr/lib/x86_64-linux-gnu/somebody-elses >"$work/expected"
files_of "$other" >"$work/got"
same "leaves what is somebody else's"
try "make uninstall" make_ uninstall "DESTDIR=$stage"
: >"$work/expected"
files_of "$stage" >"$work/got"
same "leaves no file"
[[ ! -e $stage/usr/local/src/vmm86-$version && ! -e $stage/usr/local/include/vmm86 ]]
result "and no folder of its own" $?
make_ install "DESTDIR=$work/relative" PREFIX=usr >"$work/out" 2>&1
[[ $? != 0 && ! -e $work/relative ]]
result "a PREFIX that is not absolute is refused" $?

echo "1..$count"
((failures == 0))

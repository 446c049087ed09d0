# shellcheck shell=bash disable=SC2154,SC2034 # variables are shared with vmxlab
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the machine boots: the initramfs, made of a part that is kept for each kernel and a part
# made for this run. Uses and sets the variables of vmxlab.

# release_of DIR: the release of the kernel in DIR
release_of() {
	"$root/scripts/kernel" --release "$1"
}

# with_dependencies NAME...: files (below modules/) of these modules, what they need first
with_dependencies() {
	awk -v wanted="$*" '
	function visit(path, i, n, parts) {
		if (path in done) return
		done[path] = 1
		n = split(needs[path], parts, " ")
		for (i = n; i >= 1; i--) visit(parts[i])
		print path
	}
	{
		path = $1; sub(/:$/, "", path)
		name = path; sub(/.*\//, "", name); sub(/\.ko.*/, "", name); gsub(/-/, "_", name)
		file[name] = path
		$1 = ""; needs[path] = $0
	}
	END {
		n = split(wanted, names, " ")
		for (i = 1; i <= n; i++) {
			gsub(/-/, "_", names[i])
			if (names[i] in file) visit(file[names[i]])
			else missing = missing " " names[i]
		}
		if (missing) { print missing > "/dev/stderr"; exit 1 }
	}' "$directory/modules/modules.dep"
}

pack() { (cd "$1" && find . -mindepth 1 | sort | cpio -o -H newc --quiet -R 0:0); }

# base_image: print the path of the part that is the same for each run with this kernel
base_image() {
	local key file stage target out built_in=$directory/modules/modules.builtin wanted=() name
	# What the kernel has built in needs no module; `cpuid` is built in on some.
	for name in "${modules[@]}"; do
		if [[ -e $built_in ]] && grep -qE "/${name//[-_]/[-_]}\.ko" "$built_in"; then
			continue
		fi
		wanted+=("$name")
	done
	key=$({
		printf '%s\n' "$directory" "$release" "${wanted[@]}"
		stat -c '%Y %s' /bin/busybox "$directory/modules/modules.dep"
		cat "$lab/init" "$lab/image.bash"
	} | sha256sum | cut -c -16)
	out=$root/build/lab/base-$key.cpio
	if [[ ! -e $out ]]; then
		stage=$work/base
		mkdir -p "$stage"/{bin,dev,proc,sys,tmp,root/bin,etc,lab,run,var} "$stage/lib/modules/$release"
		cp /bin/busybox "$stage/bin/"
		ln -s busybox "$stage/bin/sh"
		ln -s bin "$stage/sbin"
		echo 'root:x:0:0:root:/root:/bin/sh' >"$stage/etc/passwd"
		echo 'root:x:0:' >"$stage/etc/group"
		ln -s /proc/mounts "$stage/etc/mtab"
		install -m 755 "$lab/init" "$stage/init"
		with_dependencies "${wanted[@]}" >"$work/modules" 2>"$work/missing" ||
			die 66 "--modules: kernel $release has no module$(<"$work/missing")"
		while read -r file; do
			target=$stage/lib/modules/$release/$file
			mkdir -p "${target%/*}"
			case $file in
			*.xz) xz -dc "$directory/modules/$file" >"${target%.xz}" ;;
			*.zst) zstd -qdc "$directory/modules/$file" >"${target%.zst}" ;;
			*.gz) gzip -dc "$directory/modules/$file" >"${target%.gz}" ;;
			*) cp "$directory/modules/$file" "$target" ;;
			esac
		done <"$work/modules"
		cp "$directory"/modules/modules.{order,builtin} "$stage/lib/modules/$release/" 2>/dev/null || true
		PATH=$PATH:/usr/sbin:/sbin depmod -b "$stage" "$release" 2>/dev/null
		pack "$stage" >"$work/base.cpio"
		mv "$work/base.cpio" "$out"
		rm -rf "$stage"
	fi
	echo "$out"
}

# add_libraries FILE: the shared libraries FILE needs, into the run's part
add_libraries() {
	local library
	# Only for programs and libraries, by their first four bytes.
	[[ $(head -c 4 "$1" | tr -d '\0') == $'\x7fELF' ]] || return 0
	while read -r library; do
		[[ -e $stage$library ]] && continue
		mkdir -p "$stage${library%/*}"
		cp -L "$library" "$stage$library"
	done < <(ldd "$1" 2>/dev/null | grep -oE '/[^ ]+' || true)
}

# add HOST[:GUEST]
add() {
	local from=${1%%:*} to='' file
	[[ $1 == *:* ]] && to=${1#*:}
	if [[ $to && $to != /* ]]; then
		to=/root/$to
	fi
	if [[ -d $from ]]; then
		to=${to:-/root/$(basename "$(readlink -f "$from")")}
		mkdir -p "$stage$to"
		cp -a "$from/." "$stage$to/"
		while IFS= read -r -d '' file; do
			add_libraries "$file"
		done < <(find -L "$from" -type f -perm /111 -print0)
		return
	fi
	if [[ -z $to ]]; then
		to=/root/$(basename "$from")
		[[ -x $from ]] && to=/root/bin/$(basename "$from")
	elif [[ $to == */ ]]; then
		to+=$(basename "$from")
	fi
	mkdir -p "$stage${to%/*}"
	cp -L "$from" "$stage$to"
	add_libraries "$from"
}

quoted() { printf "'%s' " "${1//\'/\'\\\'\'}"; }

# make_image: work/initrd
make_image() {
	local stage=$work/stage item base number=0
	mkdir -p "$stage"/{lab,root/bin,lib,lib64}
	for item in "${adds[@]}"; do
		add "$item"
	done
	: >"$stage/lab/insmod"
	for item in ${driver:+"may $driver"} "${insmods[@]/#/must }"; do
		number=$((number + 1))
		cp -L "${item#* }" "$stage/lab/$(basename "${item#* }")"
		echo "${item%% *} /lab/$(basename "${item#* }")" >>"$stage/lab/insmod"
	done
	{
		echo "token=$token"
		echo "interactive=$interactive"
		if [[ $interactive ]]; then
			read -r rows columns < <(stty size </dev/tty)
			echo "rows=$rows columns=$columns"
			echo "export TERM=$(quoted "${TERM:-vt100}")"
		fi
	} >"$stage/lab/run"
	if ((${#command[@]} == 1)); then
		printf '%s\n' "${command[0]}" >"$stage/lab/command"
	else
		{
			printf 'exec '
			for item in "${command[@]}"; do quoted "$item"; done
			echo
		} >"$stage/lab/command"
	fi
	base=$(base_image) || exit
	pack "$stage" >"$work/run.cpio"
	cat "$base" "$work/run.cpio" >"$work/initrd"
	rm -rf "$stage"
}

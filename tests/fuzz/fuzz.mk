# SPDX-License-Identifier: GPL-2.0-or-later
#
# The fuzzer of the record reader: make -f tests/fuzz/fuzz.mk fuzz SECONDS=600
# A crash leaves its input in build/tests/fuzz/ and fails.

FUZZ_OUT	:= build/tests/fuzz
FUZZ_CC		?= clang
SECONDS		?= 60
FUZZ_SOURCES	:= tests/fuzz/record.c $(wildcard cli/check_*.c) lib/cpu_list.c lib/machine.c lib/machine_json_read.c lib/machine_json_write.c \
		   vmx/names.c vmx/conditions.c

.PHONY: fuzz
fuzz: $(FUZZ_OUT)/record
	mkdir -p $(FUZZ_OUT)/corpus
	$(FUZZ_OUT)/record -max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-dict=tests/fuzz/record.dict -artifact_prefix=$(FUZZ_OUT)/ $(FUZZ_OUT)/corpus tests/records

$(FUZZ_OUT)/record: $(FUZZ_SOURCES) $(wildcard cli/*.h cli/*.def lib/*.h lib/*.def) tests/fuzz/fuzz.mk
	@scripts/need clang libjansson-dev
	@mkdir -p $(FUZZ_OUT)
	$(FUZZ_CC) -std=gnu11 -D_GNU_SOURCE -O1 -g -I. -DVMM86_VERSION='"fuzz"' -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $(FUZZ_SOURCES) -ljansson

# The driver's record of a failed VM entry: make -f tests/fuzz/fuzz.mk fuzz-dump-record SECONDS=600
FUZZ_DUMP_RECORD := tests/fuzz/dump_record.c lib/dump_record.c lib/dump_text.c driver/dump_reduce.c $(wildcard vmx/*.c)

.PHONY: fuzz-dump-record
fuzz-dump-record: $(FUZZ_OUT)/dump_record
	mkdir -p $(FUZZ_OUT)/corpus-dump-record
	$(FUZZ_OUT)/dump_record -max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-max_len=20000 -artifact_prefix=$(FUZZ_OUT)/dump_record- $(FUZZ_OUT)/corpus-dump-record tests/dumps/own

$(FUZZ_OUT)/dump_record: $(FUZZ_DUMP_RECORD) $(wildcard include/*.h lib/*.h vmx/*.h vmx/*.def) tests/fuzz/fuzz.mk
	@scripts/need clang
	@mkdir -p $(FUZZ_OUT)
	$(FUZZ_CC) -std=gnu11 -D_GNU_SOURCE -O1 -g -I. -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $(FUZZ_DUMP_RECORD)

# The readers of logs: make -f tests/fuzz/fuzz.mk fuzz-dump SECONDS=600
# What it begins with are dumps in each form, printed by tests/dumps/print_seeds.c.
FUZZ_DUMP := tests/fuzz/dump.c $(wildcard lib/dump_*.c) $(wildcard vmx/*.c)

.PHONY: fuzz-dump
fuzz-dump: $(FUZZ_OUT)/dump $(FUZZ_OUT)/print_seeds
	mkdir -p $(FUZZ_OUT)/corpus-dump $(FUZZ_OUT)/seeds-dump
	$(FUZZ_OUT)/print_seeds $(FUZZ_OUT)/seeds-dump
	$(FUZZ_OUT)/dump -max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-max_len=20000 -dict=tests/fuzz/dump.dict -artifact_prefix=$(FUZZ_OUT)/dump- \
		$(FUZZ_OUT)/corpus-dump $(FUZZ_OUT)/seeds-dump

$(FUZZ_OUT)/dump: $(FUZZ_DUMP) $(wildcard include/*.h lib/*.h lib/*.def vmx/*.h vmx/*.def) tests/dumps/collect.h tests/fuzz/fuzz.mk
	@scripts/need clang
	@mkdir -p $(FUZZ_OUT)
	$(FUZZ_CC) -std=gnu11 -D_GNU_SOURCE -O1 -g -I. -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $(FUZZ_DUMP)

$(FUZZ_OUT)/print_seeds: tests/dumps/print_seeds.c $(wildcard tests/dumps/*.h) $(wildcard vmx/*.c) tests/fuzz/fuzz.mk
	@scripts/need clang
	@mkdir -p $(FUZZ_OUT)
	$(FUZZ_CC) -std=gnu11 -D_GNU_SOURCE -O1 -I. -o $@ tests/dumps/print_seeds.c $(wildcard vmx/*.c)
# Programs for DOS: make -f tests/fuzz/fuzz.mk fuzz-mz SECONDS=600
# Of pc/, the code that loads them; the rest is there because it is linked with that.
FUZZ_MZ := tests/fuzz/mz.c $(filter-out pc/machine.c,$(wildcard pc/*.c))

.PHONY: fuzz-mz
fuzz-mz: $(FUZZ_OUT)/mz
	mkdir -p $(FUZZ_OUT)/corpus-mz
	$(FUZZ_OUT)/mz -max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-max_len=70000 -artifact_prefix=$(FUZZ_OUT)/mz- $(FUZZ_OUT)/corpus-mz

$(FUZZ_OUT)/mz: $(FUZZ_MZ) $(wildcard pc/*.h pc/*.def) tests/fuzz/fuzz.mk
	@scripts/need clang
	@mkdir -p $(FUZZ_OUT)
	$(FUZZ_CC) -std=gnu11 -D_GNU_SOURCE -O1 -g -I. -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $(FUZZ_MZ)

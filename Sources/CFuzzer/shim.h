// SPDX-License-Identifier: Apache-2.0
// The entry of libFuzzer, which has no header of its own.
#pragma once
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***arguments,
                        int (*take)(const uint8_t *start, size_t count));

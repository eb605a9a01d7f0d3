// SPDX-License-Identifier: Apache-2.0
// What the processor offers and Swift has no word for.
#pragma once

// __builtin_prefetch: has the line of memory that holds this address fetched, to be read soon.
static inline void cprocessor_prefetch(const void *address) { __builtin_prefetch(address); }

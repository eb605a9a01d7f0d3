// SPDX-License-Identifier: Apache-2.0
#pragma once
// stdbool.h comes first: without it ldns makes every bool a signed char.
#include <stdbool.h>
#include <ldns/ldns.h>

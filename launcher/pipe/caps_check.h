// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of value_check.h for caps.
#pragma once

#include "pipe_parts.h"

// Throws UserError for a variable in caps whose value the elements around can't have.
void check_caps(const PipeText& pipe, const PipeParts& parts);

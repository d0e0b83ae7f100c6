// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

// A text of 128 random bits, in hexadecimal digits: who knows it has been told. Throws UserError.
std::string unguessable();

// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds values that would not take effect. Of one that is out of a property's range GLib only warns, and the default
// stays; some are changed in silence; caps that nothing can have end in a message that names no variable.
#pragma once

#include "pipe_file.h"

// Throws UserError with place, variable, value and what would do. What is wrong otherwise (an element that is not
// there, a syntax error) is left to launch(). For once, before the pipeline first runs.
void check_values(const PipeText& pipe);

// The variables in caps that are not as their defaults, as "--set width=65 --set height=65": if the pipeline can't
// start, these may be why. "" if there are none.
std::string set_in_caps(const PipeText& pipe);

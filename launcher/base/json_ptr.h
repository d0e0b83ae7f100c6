// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <json-glib/json-glib.h>

#include "glib_ptr.h"

using JsonNodePtr = std::unique_ptr<JsonNode, Deleter<json_node_unref>>;

// The layers of float32.
#pragma once

#include "layer_case.h"
#include "layer_parts.h"

namespace aiedge::bench {

void make_float_conv_2d(LayerCase& layer, const Fields& fields);
void make_float_depthwise_conv_2d(LayerCase& layer, const Fields& fields);
void make_float_fully_connected(LayerCase& layer, const Fields& fields);
void make_float_unary(LayerCase& layer, const Fields& fields);  // `function`: its number

}  // namespace aiedge::bench

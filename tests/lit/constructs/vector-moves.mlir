// Ops that move elements of vectors: the reverse moves the cotangents back.
// RUN: autodiff-run %s --entry fused --arg rand:4:1 --arg rand:4:2 --arg 0.4 --mode check
// RUN: autodiff-run %s --entry picked --arg rand:3x4:1 --arg 0.3 --arg 2 --mode check
// RUN: autodiff-run %s --entry shuffled --arg rand:4:1 --arg rand:2:2 --mode check
// RUN: autodiff-run %s --entry stretched --arg rand:3x1:1 --arg rand:2x3:2 --mode check
// RUN: autodiff-run %s --entry sliced --arg rand:4x6:1 --arg rand:2:2 --mode check
// RUN: autodiff-run %s --entry summed --arg rand:3x4:1 --arg rand:4:2 --mode check
// RUN: autodiff-run %s --entry curvature --arg rand:3x4:1 --arg rand:4:2 --mode check
func.func @fused(%a: vector<4xf64>, %b: vector<4xf64>, %s: f64) -> vector<4xf64> {
  %v = vector.broadcast %s : f64 to vector<4xf64>
  %w = vector.fma %a, %v, %b : vector<4xf64>
  %r = vector.fma %w, %b, %a : vector<4xf64>
  return %r : vector<4xf64>
}
// A place that is known at run time only.
func.func @picked(%a: vector<3x4xf64>, %s: f64, %i: index) -> vector<4xf64> {
  %row = vector.extract %a[1] : vector<4xf64> from vector<3x4xf64>
  %x = vector.extract %a[2, %i] : f64 from vector<3x4xf64>
  %y = arith.mulf %x, %s : f64
  %r = vector.insert %y, %row [%i] : f64 into vector<4xf64>
  %q = arith.mulf %r, %row : vector<4xf64>
  return %q : vector<4xf64>
}
// Elements that are taken twice, or not at all.
func.func @shuffled(%a: vector<4xf64>, %b: vector<2xf64>) -> vector<5xf64> {
  %s = vector.shuffle %a, %b [1, 5, 1, 0, 1] : vector<4xf64>, vector<2xf64>
  %r = arith.mulf %s, %s : vector<5xf64>
  return %r : vector<5xf64>
}
func.func @stretched(%a: vector<3x1xf64>, %b: vector<2x3xf64>) -> vector<2x3x4xf64> {
  %wide = vector.broadcast %a : vector<3x1xf64> to vector<2x3x4xf64>
  %t = vector.transpose %b, [1, 0] : vector<2x3xf64> to vector<3x2xf64>
  %f = vector.shape_cast %t : vector<3x2xf64> to vector<6xf64>
  %u = vector.shape_cast %f : vector<6xf64> to vector<2x3x1xf64>
  %v = vector.broadcast %u : vector<2x3x1xf64> to vector<2x3x4xf64>
  %r = arith.mulf %wide, %v : vector<2x3x4xf64>
  return %r : vector<2x3x4xf64>
}
func.func @sliced(%a: vector<4x6xf64>, %b: vector<2xf64>) -> vector<4x6xf64> {
  %s = vector.extract_strided_slice %a {offsets = [1, 2], sizes = [2, 3], strides = [1, 1]}
     : vector<4x6xf64> to vector<2x3xf64>
  %p = arith.mulf %s, %s : vector<2x3xf64>
  %r = vector.insert_strided_slice %p, %a {offsets = [2, 0], strides = [1, 1]} : vector<2x3xf64> into vector<4x6xf64>
  %q = vector.insert_strided_slice %b, %r {offsets = [0, 3], strides = [1]} : vector<2xf64> into vector<4x6xf64>
  return %q : vector<4x6xf64>
}
func.func @summed(%a: vector<3x4xf64>, %b: vector<4xf64>) -> f64 {
  %c = vector.multi_reduction <add>, %a, %b [0] : vector<3x4xf64> to vector<4xf64>
  %d = arith.mulf %c, %b : vector<4xf64>
  %e = vector.reduction <add>, %d : vector<4xf64> into f64
  %f = vector.multi_reduction <add>, %a, %e [0, 1] : vector<3x4xf64> to f64
  %r = arith.mulf %f, %e : f64
  return %r : f64
}
func.func @curvature(%a: vector<3x4xf64>, %b: vector<4xf64>) -> (vector<3x4xf64>, vector<4xf64>) {
  %one = arith.constant 1.0 : f64
  %a_bar, %b_bar = autodiff.vjp @summed(%a, %b, %one) args [active, active] results [active_noneed]
    : (vector<3x4xf64>, vector<4xf64>, f64) -> (vector<3x4xf64>, vector<4xf64>)
  return %a_bar, %b_bar : vector<3x4xf64>, vector<4xf64>
}

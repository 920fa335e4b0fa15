// Vectors without dimensions hold one number: broadcasts of it, and back.
// RUN: autodiff-run %s --entry main --arg 0.7 --arg 1.3 --mode check
// RUN: autodiff-run %s --entry main --arg 0.7 --arg 1.3 --mode check --width 2
// RUN: autodiff-opt %s --autodiff-wrap="function=main mode=vjp name=gradient" -o %t.mlir
// RUN: autodiff-run %t.mlir --entry gradient --arg 0.7 --arg 1.3 --arg 1 --mode check
func.func @main(%x: f64, %y: f64) -> f64 {
  %a = vector.broadcast %x : f64 to vector<f64>
  %b = vector.broadcast %y : f64 to vector<f64>
  %c = arith.mulf %a, %b : vector<f64>
  %d = vector.extract %c[] : f64 from vector<f64>
  %e = vector.insert %d, %a [] : f64 into vector<f64>
  %f = vector.fma %e, %c, %a : vector<f64>
  %g = vector.shape_cast %f : vector<f64> to vector<1xf64>
  %h = vector.shape_cast %g : vector<1xf64> to vector<f64>
  %i = vector.from_elements %y : vector<f64>
  %j = arith.addf %h, %i : vector<f64>
  %k = vector.broadcast %j : vector<f64> to vector<4xf64>
  %l = arith.mulf %k, %k : vector<4xf64>
  %m = vector.broadcast %j : vector<f64> to vector<2x3xf64>
  %n = vector.reduction <add>, %l : vector<4xf64> into f64
  %o = vector.multi_reduction <add>, %m, %n [0, 1] : vector<2x3xf64> to f64
  %p = vector.to_elements %j : vector<f64>
  %q = arith.addf %o, %p : f64
  return %q : f64
}

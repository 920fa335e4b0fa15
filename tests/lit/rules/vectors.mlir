// The same rules on vectors, elementwise.
// RUN: autodiff-run %s --entry elementwise --arg rand:4:1 --arg rand:4:2 --mode check
// RUN: autodiff-run %s --entry single --arg rand:2x3:1 --mode check
func.func @elementwise(%x: vector<4xf64>, %y: vector<4xf64>) -> vector<4xf64> {
  %a = math.tanh %x : vector<4xf64>
  %b = arith.divf %a, %y : vector<4xf64>
  %c = arith.maximumf %b, %x : vector<4xf64>
  %d = math.absf %c : vector<4xf64>
  %e = math.powf %d, %x : vector<4xf64>
  return %e : vector<4xf64>
}
func.func @single(%x: vector<2x3xf32>) -> vector<2x3xf32> {
  %a = math.exp %x : vector<2x3xf32>
  %c = arith.constant dense<2.0> : vector<2x3xf32>
  %b = arith.mulf %a, %c : vector<2x3xf32>
  return %b : vector<2x3xf32>
}

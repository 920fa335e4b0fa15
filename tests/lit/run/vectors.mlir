// Vectors of every element cross the border of a program, of indices, too.
// RUN: autodiff-run %s --entry main --arg rand:2x3:1 --arg zeros:2 --arg rand:4:2 | FileCheck %s
// CHECK: result-0 vector<2x3xindex> [{{([0-7], ){5}[0-7]}}]
// CHECK: result-1 vector<2xi8> [1, 1]
// CHECK: result-2 vector<4xf32> [
func.func @main(%n: vector<2x3xindex>, %i: vector<2xi8>, %x: vector<4xf32>) -> (vector<2x3xindex>, vector<2xi8>, vector<4xf32>) {
  %one = arith.constant dense<1> : vector<2xi8>
  %j = arith.addi %i, %one : vector<2xi8>
  return %n, %j, %x : vector<2x3xindex>, vector<2xi8>, vector<4xf32>
}

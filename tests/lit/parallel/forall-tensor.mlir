// scf.forall on tensors: buffers before it is differentiated.
// RUN: autodiff-run %s --entry tforall --arg rand:5:1 --arg rand:5:2 --mode check
// RUN: autodiff-run %s --entry tforall --arg rand:50:1 --arg rand:50:2 --mode check --threads 2
func.func @tforall(%a: tensor<?xf64>, %b: tensor<?xf64>) -> tensor<?xf64> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xf64>
  %r = scf.forall (%i) in (%n) shared_outs(%o = %b) -> (tensor<?xf64>) {
    %x = tensor.extract %a[%i] : tensor<?xf64>
    %y = tensor.extract %o[%i] : tensor<?xf64>
    %z = math.sin %x : f64
    %w = arith.mulf %z, %y : f64
    %t = tensor.from_elements %w : tensor<1xf64>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %t into %o[%i] [1] [1] : tensor<1xf64> into tensor<?xf64>
    }
  }
  return %r : tensor<?xf64>
}

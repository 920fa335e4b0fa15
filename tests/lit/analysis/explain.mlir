// `autodiff-explain` says of each derivative what is active, cached, replayed and recomputed, and why; as text or JSON.
// RUN: autodiff-opt %s --autodiff-explain=text -o /dev/null | FileCheck %s --check-prefix=TEXT
// RUN: autodiff-opt %s --autodiff-explain=json -o /dev/null | FileCheck %s --check-prefix=JSON
// RUN: autodiff-opt %s --autodiff-explain=json -o /dev/null | python3 -c "import json, sys; [json.loads(line) for line in sys.stdin]"
func.func private @f(%a: memref<6xf64>, %b: memref<6xf64> {llvm.noalias}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  scf.for %i = %c0 to %c6 step %c1 {
    %x = memref.load %a[%i] : memref<6xf64>
    %y = memref.load %b[%i] : memref<6xf64>
    %s = arith.addf %x, %x : f64
    %p = arith.mulf %s, %y : f64
    memref.store %p, %b[%i] : memref<6xf64>
  }
  return
}
func.func @request(%a: memref<6xf64>, %a_shadow: memref<6xf64>, %b: memref<6xf64>, %b_shadow: memref<6xf64>) {
  autodiff.vjp @f(%a, %a_shadow, %b, %b_shadow) args [dup, dup] results [] : (memref<6xf64>, memref<6xf64>, memref<6xf64>, memref<6xf64>) -> ()
  return
}
// TEXT-LABEL: @f.vjp.dup.dup: reverse mode
// TEXT-NEXT:    active:
// TEXT-NEXT:      %arg0: argument #0: active
// TEXT:         cached: 48 bytes
// TEXT-NEXT:      memref.load at explain.mlir:11:10: 8 bytes x 6; needed by arith.mulf at explain.mlir:13:10; overwritten in the same nest by memref.store at explain.mlir:14:5
// TEXT-NEXT:    replayed:
// TEXT-NEXT:      memref.load at explain.mlir:10:10: to compute other values again; nothing overwrites %arg0 after it
// TEXT-NEXT:    recomputed:
// TEXT-NEXT:      arith.addf at explain.mlir:12:10: needed by arith.mulf at explain.mlir:13:10
// JSON: {"derivative":"f.vjp.dup.dup","function":"f","mode":"vjp","active":[{"value":"%arg0","op":"argument #0","why":"active
// JSON-SAME: "cached_bytes":"48 bytes"}

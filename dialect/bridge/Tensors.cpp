//===- Tensors.cpp - Decompositions that no upstream pass runs ------------===//

#include "Bridge.h"

#include "mlir/CAPI/IR.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

extern "C" int32_t autodiffDecompose(MlirOperation raw) {
  Operation *op = unwrap(raw);
  IRRewriter rewriter(op->getContext());
  rewriter.setInsertionPoint(op);
  auto replace = [&](FailureOr<SmallVector<Value>> values) -> LogicalResult {
    if (failed(values))
      return failure();
    rewriter.replaceOp(op, *values);
    return success();
  };
  std::optional<LogicalResult> done =
      TypeSwitch<Operation *, std::optional<LogicalResult>>(op)
          .Case([&](linalg::PackOp pack) { return LogicalResult(linalg::lowerPack(rewriter, pack)); })
          .Case([&](linalg::UnPackOp unpack) { return LogicalResult(linalg::lowerUnPack(rewriter, unpack)); })
          .Case([&](linalg::WinogradFilterTransformOp transform) {
            return LogicalResult(linalg::decomposeWinogradFilterTransformOp(rewriter, transform));
          })
          .Case([&](linalg::WinogradInputTransformOp transform) {
            return LogicalResult(linalg::decomposeWinogradInputTransformOp(rewriter, transform));
          })
          .Case([&](linalg::WinogradOutputTransformOp transform) {
            return LogicalResult(linalg::decomposeWinogradOutputTransformOp(rewriter, transform));
          })
          .Case([&](linalg::AggregatedOpInterface aggregate) { return replace(aggregate.decomposeOperation(rewriter)); })
          .Case([&](tensor::ConcatOp concat) { return replace(concat.decomposeOperation(rewriter)); })
          .Default([](Operation *) { return std::nullopt; });
  if (!done)
    return 0;
  return succeeded(*done) ? 1 : 2;
}

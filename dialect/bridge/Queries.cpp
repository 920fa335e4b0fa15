//===- Queries.cpp - Interfaces and diagnostics for Rust ------------------===//

#include "Bridge.h"
#include "Dialect.h"

#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Support.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

extern "C" {

void autodiffEmit(int severity, MlirLocation location, MlirStringRef message, size_t noteCount,
                  const MlirLocation *noteLocations, const MlirStringRef *noteMessages) {
  Location at = unwrap(location);
  InFlightDiagnostic diagnostic = severity == 0 ? emitError(at) : severity == 1 ? emitWarning(at) : emitRemark(at);
  diagnostic << unwrap(message);
  for (size_t i = 0; i != noteCount; ++i)
    diagnostic.attachNote(unwrap(noteLocations[i])) << unwrap(noteMessages[i]);
}

bool autodiffMemoryEffects(MlirOperation op, void (*sink)(void *, int32_t, MlirValue), void *data) {
  auto interface = dyn_cast<MemoryEffectOpInterface>(unwrap(op));
  if (!interface)
    return unwrap(op)->hasTrait<OpTrait::HasRecursiveMemoryEffects>();
  SmallVector<MemoryEffects::EffectInstance> effects;
  interface.getEffects(effects);
  for (const MemoryEffects::EffectInstance &effect : effects) {
    int32_t kind = isa<MemoryEffects::Read>(effect.getEffect())       ? 0
                   : isa<MemoryEffects::Write>(effect.getEffect())    ? 1
                   : isa<MemoryEffects::Allocate>(effect.getEffect()) ? 2
                                                                      : 3;
    sink(data, kind, wrap(effect.getValue()));
  }
  return true;
}

bool autodiffIsMemoryEffectFree(MlirOperation op) { return isMemoryEffectFree(unwrap(op)); }

bool autodiffIsPure(MlirOperation op) { return isPure(unwrap(op)); }

bool autodiffIsTerminator(MlirOperation op) { return unwrap(op)->mightHaveTrait<OpTrait::IsTerminator>(); }

MlirValue autodiffViewSource(MlirOperation op, MlirValue result) {
  auto view = dyn_cast<ViewLikeOpInterface>(unwrap(op));
  if (!view || view.getViewDest() != unwrap(result))
    return wrap(Value());
  return wrap(view.getViewSource());
}

bool autodiffRegionFlow(MlirOperation op, void (*sink)(void *, MlirOperation, size_t, MlirValue), void *data) {
  auto branch = dyn_cast<RegionBranchOpInterface>(unwrap(op));
  if (!branch)
    return false;
  RegionBranchSuccessorMapping mapping;
  branch.getSuccessorOperandInputMapping(mapping);
  for (auto &[operand, inputs] : mapping)
    for (Value input : inputs)
      sink(data, wrap(operand->getOwner()), operand->getOperandNumber(), wrap(input));
  return true;
}

MlirBlock autodiffTakenSuccessor(MlirOperation op, void (*sink)(void *, MlirValue), void *data) {
  auto branch = dyn_cast<BranchOpInterface>(unwrap(op));
  if (!branch)
    return wrap(static_cast<Block *>(nullptr));
  SmallVector<Attribute> constants(branch->getNumOperands());
  for (auto [operand, constant] : llvm::zip(branch->getOperands(), constants))
    matchPattern(operand, m_Constant(&constant));
  Block *taken = branch.getSuccessorForOperands(constants);
  if (!taken || llvm::count(branch->getSuccessors(), taken) != 1)
    return wrap(static_cast<Block *>(nullptr));
  unsigned index = llvm::find(branch->getSuccessors(), taken) - branch->successor_begin();
  SuccessorOperands passed = branch.getSuccessorOperands(index);
  if (passed.getProducedOperandCount() != 0)
    return wrap(static_cast<Block *>(nullptr));
  for (Value value : passed.getForwardedOperands())
    sink(data, wrap(value));
  return wrap(taken);
}

void autodiffEraseUnreachableBlocks(MlirRegion region) {
  IRRewriter rewriter(unwrap(region)->getContext());
  (void)eraseUnreachableBlocks(rewriter, *unwrap(region));
}

bool autodiffIsFunction(MlirOperation op) { return isa<FunctionOpInterface>(unwrap(op)); }

MlirOperation autodiffLookupSymbol(MlirOperation from, MlirAttribute symbol) {
  auto reference = dyn_cast<SymbolRefAttr>(unwrap(symbol));
  return wrap(reference ? SymbolTable::lookupNearestSymbolFrom(unwrap(from), reference) : nullptr);
}

bool autodiffIsConstantLike(MlirOperation op) { return unwrap(op)->hasTrait<OpTrait::ConstantLike>(); }

size_t autodiffActivities(MlirAttribute list, int32_t *activities, size_t capacity) {
  auto attribute = dyn_cast_or_null<autodiff::ActivityListAttr>(unwrap(list));
  if (!attribute)
    return 0;
  for (auto [index, activity] : llvm::enumerate(attribute.getValue().take_front(capacity)))
    activities[index] = static_cast<int32_t>(activity);
  return attribute.getValue().size();
}

MlirAttribute autodiffActivityListGet(MlirContext context, const int32_t *activities, size_t count) {
  SmallVector<autodiff::Activity> list;
  for (int32_t activity : llvm::ArrayRef(activities, count))
    list.push_back(static_cast<autodiff::Activity>(activity));
  return wrap(autodiff::ActivityListAttr::get(unwrap(context), list));
}

MlirType autodiffCacheTypeGet(MlirType element) {
  return wrap(autodiff::CacheType::get(unwrap(element).getContext(), unwrap(element)));
}

MlirType autodiffCacheTypeElement(MlirType cache) {
  auto type = dyn_cast<autodiff::CacheType>(unwrap(cache));
  return wrap(type ? type.getElementType() : Type());
}

MlirType autodiffTapeTypeGet(MlirContext context) { return wrap(autodiff::TapeType::get(unwrap(context))); }

bool autodiffTypeIsATape(MlirType type) { return isa<autodiff::TapeType>(unwrap(type)); }

bool autodiffTypeIsMemory(MlirType type) {
  return isa<MemRefType, UnrankedMemRefType, autodiff::CacheType, autodiff::TapeType>(unwrap(type));
}

bool autodiffTypeIsLLVM(MlirType type) { return LLVM::isCompatibleType(unwrap(type)); }

uint32_t autodiffFastMathFlags(MlirAttribute attribute) {
  auto flags = dyn_cast<arith::FastMathFlagsAttr>(unwrap(attribute));
  return flags ? static_cast<uint32_t>(flags.getValue()) : 0;
}

} // extern "C"

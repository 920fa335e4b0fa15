//===- Dialect.cpp - Syntax and verifiers of the autodiff dialect ---------===//

#include "Dialect.h"

#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/InliningUtils.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace autodiff;

//===----------------------------------------------------------------------===//
// Lists of activities
//===----------------------------------------------------------------------===//

static ParseResult parseActivities(AsmParser &parser, SmallVector<Activity> &list) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() -> ParseResult {
    StringRef keyword;
    SMLoc location = parser.getCurrentLocation();
    if (parser.parseKeyword(&keyword))
      return failure();
    if (auto activity = symbolizeActivity(keyword)) {
      list.push_back(*activity);
      return success();
    }
    return parser.emitError(location)
           << "unknown activity '" << keyword
           << "', expected 'const', 'active', 'dup', 'dup_noneed', 'active_noneed' or 'const_noneed'";
  });
}

static void printActivities(AsmPrinter &printer, ArrayRef<Activity> list) {
  printer << '[';
  llvm::interleaveComma(list, printer, [&](Activity activity) { printer << stringifyActivity(activity); });
  printer << ']';
}

static ParseResult parseActivityListAttr(OpAsmParser &parser, ActivityListAttr &attribute) {
  SmallVector<Activity> list;
  if (parseActivities(parser, list))
    return failure();
  attribute = ActivityListAttr::get(parser.getContext(), list);
  return success();
}

static void printActivityListAttr(OpAsmPrinter &printer, Operation *, ActivityListAttr attribute) {
  printActivities(printer, attribute.getValue());
}

#include "AutodiffDialect.cpp.inc"
#include "AutodiffEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "AutodiffAttrs.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "AutodiffTypes.cpp.inc"

#define GET_OP_CLASSES
#include "AutodiffOps.cpp.inc"

namespace {
/// Derivatives may be inlined, requests and state ops included.
struct AutodiffInliner : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const override { return true; }
};
} // namespace

void AutodiffDialect::initialize() {
  addInterfaces<AutodiffInliner>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "AutodiffAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "AutodiffTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "AutodiffOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Request ops
//===----------------------------------------------------------------------===//

namespace {
/// Reads the operands or results of a request in order and compares their types.
struct TypeReader {
  Operation *op;
  StringRef kind;
  TypeRange types;
  size_t next = 0;

  LogicalResult expect(Type type, const Twine &meaning, size_t count = 1) {
    for (; count; --count, ++next) {
      if (next >= types.size())
        return op->emitOpError() << "expected " << kind << " #" << next << " of type " << type << ", " << meaning
                                 << ", but there are only " << types.size();
      if (types[next] != type)
        return op->emitOpError() << kind << " #" << next << " is " << meaning << ": expected " << type << ", got "
                                 << types[next];
    }
    return success();
  }

  LogicalResult finish() {
    if (next == types.size())
      return success();
    return op->emitOpError() << "expected " << next << ' ' << kind << "s for these activities, got " << types.size();
  }
};
} // namespace

/// Whether values of a type can carry a derivative.
static bool isDifferentiable(Type type) {
  if (isa<TapeType>(type))
    return true;
  if (auto cache = dyn_cast<CacheType>(type))
    return isDifferentiable(cache.getElementType());
  if (auto shaped = dyn_cast<ShapedType>(type))
    return isDifferentiable(shaped.getElementType());
  if (auto complex = dyn_cast<ComplexType>(type))
    return isa<FloatType>(complex.getElementType());
  return isa<FloatType>(type);
}

namespace {
enum class Mode { Jvp, Vjp, Augment, Pullback };
} // namespace

/// Whether values of a type are passed by reference.
static bool isMemory(Type type) { return isa<BaseMemRefType, CacheType, TapeType>(type); }

static bool isDup(Activity activity) { return activity == Activity::Dup || activity == Activity::DupNoneed; }

static bool isActive(Activity activity) {
  return activity == Activity::Active || activity == Activity::ActiveNoneed;
}

/// Checks one activity against the type, the mode and the place that it stands at.
static LogicalResult verifyActivity(Operation *op, Activity activity, Type type, Mode mode, bool isResult,
                                    size_t index) {
  bool reverse = mode != Mode::Jvp, split = reverse && mode != Mode::Vjp;
  StringRef place = isResult ? "result" : "argument";
  auto error = [&](const Twine &why) {
    return op->emitOpError() << place << " #" << index << " cannot be '" << stringifyActivity(activity)
                             << "': " << why;
  };
  bool memory = isMemory(type);
  switch (activity) {
  case Activity::Const:
    return success();
  case Activity::ConstNoneed:
    return isResult ? success() : error("only a result can be left out");
  case Activity::Active:
  case Activity::ActiveNoneed:
    if (!reverse)
      return error("forward mode takes 'dup' or 'const'");
    if (!isResult && activity == Activity::ActiveNoneed)
      return error("only a result can be left out");
    if (!isResult && memory)
      return error("a buffer is differentiated by its shadow, use 'dup'");
    if (isResult && memory && split)
      return error("in split mode a returned buffer is differentiated by its shadow, use 'dup'");
    break;
  case Activity::Dup:
  case Activity::DupNoneed:
    if (isResult && reverse && !(split && memory))
      return error("reverse mode takes 'active', 'active_noneed', 'const' or 'const_noneed' for a result");
    if (!isResult && reverse && !memory)
      return error("a value is differentiated by its cotangent, use 'active'");
    if (!isResult && activity == Activity::DupNoneed && !memory)
      return error("only the content of a buffer can be left out");
    break;
  }
  if (!isDifferentiable(type)) {
    Type element = getElementTypeOrSelf(type);
    if (element.isIntOrIndex())
      return op->emitOpError() << place << " #" << index << " cannot be '" << stringifyActivity(activity)
                               << "': integers and indices have no derivative, got " << type;
    return op->emitOpError() << place << " #" << index << " cannot be '" << stringifyActivity(activity)
                             << "': values of type " << type << " have no derivative";
  }
  return success();
}

/// Checks operands and results of a request against the types of its callee.
template <typename RequestOp>
static LogicalResult verifySignature(RequestOp op, ArrayRef<Type> arguments, ArrayRef<Type> results, Mode mode) {
  ArrayRef<Activity> args = op.getArgActivities().getValue(), rets = op.getResultActivities().getValue();
  size_t width = op.getWidth().value_or(1);
  TypeReader inputs{op, "operand", op.getInputs().getTypes()}, outputs{op, "result", op.getOutputs().getTypes()};
  Type tape = TapeType::get(op.getContext());
  bool pullback = mode == Mode::Pullback, augment = mode == Mode::Augment;
  if (pullback && failed(inputs.expect(tape, "the tape")))
    return failure();
  for (auto [index, activity, type] : llvm::enumerate(args, arguments)) {
    if (failed(verifyActivity(op, activity, type, mode, /*isResult=*/false, index)))
      return failure();
    if (pullback)
      continue;
    if (failed(inputs.expect(type, "argument #" + Twine(index) + " of '@" + op.getCallee() + "'")))
      return failure();
    if (isDup(activity))
      if (failed(inputs.expect(
              type, (isMemory(type) ? "the shadow of argument #" : "the tangent of argument #") + Twine(index), width)))
        return failure();
  }
  for (auto [index, activity, type] : llvm::enumerate(rets, results)) {
    if (failed(verifyActivity(op, activity, type, mode, /*isResult=*/true, index)))
      return failure();
    if (isActive(activity) && !augment)
      if (failed(inputs.expect(type, "the cotangent of result #" + Twine(index), width)))
        return failure();
    if (pullback)
      continue;
    if (activity == Activity::Const || activity == Activity::Active || activity == Activity::Dup)
      if (failed(outputs.expect(type, "the primal result #" + Twine(index))))
        return failure();
    if (isDup(activity))
      if (failed(outputs.expect(type, (augment ? "the shadow of result #" : "the tangent of result #") + Twine(index),
                                width)))
        return failure();
  }
  if (augment && failed(outputs.expect(tape, "the tape")))
    return failure();
  if (!augment)
    for (auto [index, activity, type] : llvm::enumerate(args, arguments))
      if (activity == Activity::Active)
        if (failed(outputs.expect(type, "the cotangent of argument #" + Twine(index), width)))
          return failure();
  if (failed(inputs.finish()) || failed(outputs.finish()))
    return failure();
  return success();
}

template <typename RequestOp>
static LogicalResult verifyRequest(RequestOp op, SymbolTableCollection &symbolTable, Mode mode) {
  Operation *symbol = symbolTable.lookupNearestSymbolFrom(op, op.getCalleeAttr());
  if (!symbol)
    return op.emitOpError() << "references unknown function " << op.getCalleeAttr();
  auto function = dyn_cast<FunctionOpInterface>(symbol);
  if (!function) {
    InFlightDiagnostic diagnostic = op.emitOpError() << op.getCalleeAttr() << " is not a function";
    diagnostic.attachNote(symbol->getLoc()) << "defined here as '" << symbol->getName() << "'";
    return diagnostic;
  }
  ArrayRef<Type> arguments = function.getArgumentTypes(), results = function.getResultTypes();
  size_t args = op.getArgActivities().getValue().size(), rets = op.getResultActivities().getValue().size();
  if (args != arguments.size() || rets != results.size()) {
    bool inArgs = args != arguments.size();
    InFlightDiagnostic diagnostic = op.emitOpError()
                                    << "expected " << (inArgs ? arguments.size() : results.size())
                                    << (inArgs ? " activities in 'args'" : " activities in 'results'")
                                    << ", one for each " << (inArgs ? "argument" : "result") << " of "
                                    << op.getCalleeAttr() << ", got " << (inArgs ? args : rets);
    diagnostic.attachNote(function.getLoc()) << op.getCalleeAttr() << " is defined here";
    return diagnostic;
  }
  return verifySignature(op, arguments, results, mode);
}

LogicalResult JvpOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  return verifyRequest(*this, symbolTable, Mode::Jvp);
}

LogicalResult VjpOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  return verifyRequest(*this, symbolTable, Mode::Vjp);
}

LogicalResult AugmentOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  return verifyRequest(*this, symbolTable, Mode::Augment);
}

/// Where the tape's making is in sight, it must be that of the same callee and activities.
LogicalResult PullbackOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  if (failed(verifyRequest(*this, symbolTable, Mode::Pullback)))
    return failure();
  auto augment = getInputs().front().getDefiningOp<AugmentOp>();
  if (!augment)
    return success();
  auto error = [&]() { return emitOpError() << "tape of another "; };
  std::optional<InFlightDiagnostic> diagnostic;
  if (augment.getCalleeAttr() != getCalleeAttr())
    diagnostic.emplace(error() << "callee: expected one of " << getCalleeAttr() << ", got one of "
                               << augment.getCalleeAttr());
  else if (augment.getArgActivities() != getArgActivities() || augment.getResultActivities() != getResultActivities())
    diagnostic.emplace(error() << "derivative of " << getCalleeAttr() << ": the activities differ");
  else if (augment.getWidth().value_or(1) != getWidth().value_or(1) || augment.getStrongZero() != getStrongZero())
    diagnostic.emplace(error() << "derivative of " << getCalleeAttr() << ": 'width' or 'strong_zero' differs");
  if (!diagnostic)
    return success();
  diagnostic->attachNote(augment.getLoc()) << "the tape is made here";
  return std::move(*diagnostic);
}

//===----------------------------------------------------------------------===//
// State ops
//===----------------------------------------------------------------------===//

static LogicalResult verifyIndices(Operation *op, MemRefType shadow, size_t count) {
  if (static_cast<size_t>(shadow.getRank()) != count)
    return op->emitOpError() << "expected " << shadow.getRank() << " indices into " << shadow << ", got " << count;
  return success();
}

LogicalResult ShadowOp::verify() {
  auto type = dyn_cast<MemRefType>(getShadow().getType());
  if (!type)
    return emitOpError("expected a ranked shadow");
  if (static_cast<size_t>(type.getNumDynamicDims()) != getSizes().size())
    return emitOpError() << "expected " << type.getNumDynamicDims() << " sizes for " << type << ", got "
                         << getSizes().size();
  return success();
}

LogicalResult AccumulateOp::verify() {
  auto shadow = dyn_cast<MemRefType>(getShadow().getType());
  return shadow ? verifyIndices(*this, shadow, getIndices().size()) : emitOpError("expected a ranked shadow");
}

LogicalResult TakeOp::verify() {
  auto shadow = dyn_cast<MemRefType>(getShadow().getType());
  return shadow ? verifyIndices(*this, shadow, getIndices().size()) : emitOpError("expected a ranked shadow");
}

/// Indices name a slot of a cache that has extents; when its creation is in sight, their numbers must agree.
static LogicalResult verifySlot(Operation *op, Value cache, size_t count) {
  auto init = cache.getDefiningOp<CacheOp>();
  if (init && init.getExtents().size() != count)
    return op->emitOpError() << "expected " << init.getExtents().size() << " indices, one for each extent of the cache, got "
                             << count;
  return success();
}

LogicalResult PushOp::verify() { return verifySlot(*this, getCache(), getIndices().size()); }

LogicalResult PopOp::verify() { return verifySlot(*this, getCache(), getIndices().size()); }

LogicalResult UnpackOp::verify() {
  size_t caches = 0;
  for (Type type : getValues().getTypes())
    for (auto cache = dyn_cast<CacheType>(type); cache; cache = dyn_cast<CacheType>(cache.getElementType()))
      ++caches;
  size_t ranks = getRanks() ? getRanks()->size() : 0;
  if (ranks != caches)
    return emitOpError() << "expected " << caches << " ranks, one for each cache, got " << ranks;
  return success();
}

//! Writes typed views of ops: for each op of the dialects that the project meets a type with its name and its operands,
//! results, regions and attributes by name, and for each enumeration of attributes a Rust one. Read from MLIR's and our
//! own definitions, so that an op or an operand that a version of MLIR renames is an error of the compiler.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt::Write,
};
use tblgen::{TableGenParser, record::Record, record_keeper::RecordKeeper};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The dialects, and the files that define their ops.
const DIALECTS: [(&str, &[&str]); 22] = [
    ("affine", &["mlir/Dialect/Affine/IR/AffineOps.td"]),
    ("arith", &["mlir/Dialect/Arith/IR/ArithOps.td"]),
    ("autodiff", &["Autodiff.td"]),
    ("bufferization", &["mlir/Dialect/Bufferization/IR/BufferizationOps.td"]),
    ("builtin", &["mlir/IR/BuiltinOps.td"]),
    ("cf", &["mlir/Dialect/ControlFlow/IR/ControlFlowOps.td"]),
    ("complex", &["mlir/Dialect/Complex/IR/ComplexOps.td"]),
    ("func", &["mlir/Dialect/Func/IR/FuncOps.td"]),
    ("gpu", &["mlir/Dialect/GPU/IR/GPUOps.td"]),
    ("index", &["mlir/Dialect/Index/IR/IndexOps.td"]),
    (
        "linalg",
        &[
            "mlir/Dialect/Linalg/IR/LinalgOps.td",
            "mlir/Dialect/Linalg/IR/LinalgStructuredOps.td",
            "mlir/Dialect/Linalg/IR/LinalgRelayoutOps.td",
        ],
    ),
    ("llvm", &["mlir/Dialect/LLVMIR/LLVMOps.td", "mlir/Dialect/LLVMIR/LLVMIntrinsicOps.td"]),
    ("math", &["mlir/Dialect/Math/IR/MathOps.td"]),
    ("memref", &["mlir/Dialect/MemRef/IR/MemRefOps.td"]),
    ("nvvm", &["mlir/Dialect/LLVMIR/NVVMOps.td"]),
    ("omp", &["mlir/Dialect/OpenMP/OpenMPOps.td"]),
    ("rocdl", &["mlir/Dialect/LLVMIR/ROCDLOps.td"]),
    ("scf", &["mlir/Dialect/SCF/IR/SCFOps.td"]),
    ("tensor", &["mlir/Dialect/Tensor/IR/TensorOps.td"]),
    ("ub", &["mlir/Dialect/UB/IR/UBOps.td"]),
    ("vector", &["mlir/Dialect/Vector/IR/VectorOps.td"]),
    ("async", &["mlir/Dialect/Async/IR/AsyncOps.td"]),
];

/// The text of the module of views; `include` holds MLIR's definitions, `own` ours.
pub fn generate(include: &str, own: &str) -> Result<String> {
    let (mut text, mut names) = (String::new(), vec![]);
    for (dialect, files) in DIALECTS {
        let source: String = files.iter().map(|file| format!("include \"{file}\"\n")).collect();
        let parser = TableGenParser::new().add_include_directory(include).add_include_directory(own);
        let keeper = parser.add_source(&source)?.parse().map_err(|error| format!("{dialect}: {error}"))?;
        names.extend(module(&mut text, dialect, &keeper).map_err(|error| format!("{dialect}: {error}"))?);
    }
    writeln!(text, "/// The names of all ops that have a view.\npub const NAMES: &[&str] = &{names:?};")?;
    Ok(text)
}

/// Writes the views of a dialect, and gives the names of its ops.
fn module(text: &mut String, dialect: &str, keeper: &RecordKeeper) -> Result<Vec<String>> {
    let rust = if dialect == "async" { "r#async" } else { dialect };
    writeln!(
        text,
        "/// Views of the ops of `{dialect}`.\npub mod {rust} {{\n    #[allow(unused_imports)]\n    use super::segment;\n    use crate::ir;"
    )?;
    let mut ops = BTreeMap::new();
    for record in keeper.all_derived_definitions("Op") {
        if record.def_value("opDialect")?.str_value("name")? == dialect {
            ops.insert(record.str_value("opName")?.to_owned(), record);
        }
    }
    let mut enums = BTreeMap::new();
    let names = ops.keys().map(|name| format!("{dialect}.{name}")).collect();
    let taken: BTreeSet<_> = ops.keys().map(|name| camel(name)).collect();
    for (name, record) in ops {
        view(text, dialect, &name, record, (&taken, &mut enums))?;
    }
    for (name, record) in enums {
        enumeration(text, &name, record)?;
    }
    text.push_str("}\n");
    Ok(names)
}

/// How many values a name stands for.
#[derive(Clone, Copy, PartialEq)]
enum Count {
    One,
    Optional,
    Any,
}

/// The names of an argument list, each with its constraint.
fn named<'a>(record: Record<'a>, list: &str) -> Result<Vec<(String, Record<'a>)>> {
    let mut all = vec![];
    for (index, (name, value)) in record.dag_value(list)?.args().enumerate() {
        let mut constraint = Record::try_from(value).map_err(|error| error.to_string())?;
        if constraint.subclass_of("OpVariable") {
            constraint = constraint.def_value("constraint")?;
        }
        all.push((name.map_or_else(|| format!("{list}_{index}"), str::to_owned), constraint));
    }
    Ok(all)
}

fn count(constraint: Record, of_many: &str) -> Count {
    match (constraint.subclass_of("Optional"), constraint.subclass_of(of_many)) {
        (true, _) => Count::Optional,
        (_, true) => Count::Any,
        _ => Count::One,
    }
}

fn view<'a>(
    text: &mut String,
    dialect: &str,
    name: &str,
    record: Record<'a>,
    enums: (&BTreeSet<String>, &mut BTreeMap<String, Record<'a>>),
) -> Result<()> {
    let ty = camel(name);
    let summary = record.str_value("summary").unwrap_or_default().trim().trim_end_matches('.').replace(['[', ']'], "`");
    writeln!(
        text,
        "    view!({ty}, \"{dialect}.{name}\", {:?});\n    impl {ty} {{",
        format!("`{dialect}.{name}`: {summary}.")
    )?;
    let arguments = named(record, "arguments")?;
    let is_operand = |constraint: &Record| constraint.subclass_of("TypeConstraint");
    let counted = |list: Vec<(String, Record<'a>)>, of_many| -> Vec<_> {
        list.into_iter().map(|(name, constraint)| (name, count(constraint, of_many))).collect()
    };
    let operands = arguments.iter().filter(|(_, constraint)| is_operand(constraint)).cloned().collect();
    values(text, "operand", &counted(operands, "Variadic"))?;
    values(text, "result", &counted(named(record, "results")?, "Variadic"))?;
    for (index, (name, constraint)) in named(record, "regions")?.into_iter().enumerate() {
        let name = method(&name, "region");
        match constraint.subclass_of("VariadicRegion") {
            true => writeln!(
                text,
                "        pub fn {name}(self) -> Vec<ir::Region> {{ self.0.regions().split_off({index}) }}"
            )?,
            false => writeln!(text, "        pub fn {name}(self) -> ir::Region {{ self.0.region({index}) }}")?,
        }
    }
    for (name, constraint) in arguments.into_iter().filter(|(_, constraint)| constraint.subclass_of("Attr")) {
        attribute(text, &name, constraint, (enums.0, enums.1))?;
    }
    text.push_str("    }\n");
    Ok(())
}

/// Methods for operands or results. Where more than one name stands for several values, their numbers are an attribute of
/// the op.
fn values(text: &mut String, kind: &str, all: &[(String, Count)]) -> Result<()> {
    let open = all.iter().filter(|(_, count)| *count != Count::One).count();
    for (index, (name, count)) in all.iter().enumerate() {
        let name = method(name, kind);
        let is_after_open = all[..index].iter().any(|(_, count)| *count != Count::One);
        let after = all.len() - index - 1;
        let range = match open {
            0 | 1 if !is_after_open => format!("{index}..self.0.{kind}_count().saturating_sub({after})"),
            1 => format!("self.0.{kind}_count().saturating_sub({})..self.0.{kind}_count()", after + 1),
            _ => format!("segment(self.0, \"{kind}SegmentSizes\", {index}, {})", all.len()),
        };
        match (count, open < 2 && !is_after_open) {
            (Count::One, true) => {
                writeln!(text, "        pub fn {name}(self) -> ir::Value {{ self.0.{kind}({index}) }}")?
            }
            (Count::One, false) => {
                writeln!(text, "        pub fn {name}(self) -> ir::Value {{ self.0.{kind}(({range}).start) }}")?;
            }
            (Count::Optional, _) => writeln!(
                text,
                "        pub fn {name}(self) -> Option<ir::Value> {{ ({range}).next().map(|index| self.0.{kind}(index)) }}"
            )?,
            (Count::Any, _) => writeln!(
                text,
                "        pub fn {name}(self) -> Vec<ir::Value> {{ ({range}).map(|index| self.0.{kind}(index)).collect() }}"
            )?,
        }
    }
    Ok(())
}

fn attribute<'a>(
    text: &mut String,
    name: &str,
    constraint: Record<'a>,
    (taken, enums): (&BTreeSet<String>, &mut BTreeMap<String, Record<'a>>),
) -> Result<()> {
    let mut base = constraint;
    while base.subclass_of("OptionalAttr") || base.subclass_of("DefaultValuedAttr") || base.subclass_of("ConfinedAttr")
    {
        base = base.def_value("baseAttr")?;
    }
    let rust = method(name, "attribute");
    if base.subclass_of("UnitAttr") {
        writeln!(text, "        pub fn {rust}(self) -> bool {{ self.0.attribute({name:?}).is_some() }}")?;
    } else if base.subclass_of("IntEnumAttr") || base.subclass_of("EnumAttrInfo") && !base.subclass_of("EnumAttr") {
        let class = base.str_value("className")?;
        let ty = if taken.contains(class) { format!("{class}Kind") } else { class.to_owned() };
        enums.insert(ty.clone(), base);
        writeln!(
            text,
            "        pub fn {rust}(self) -> Option<{ty}> {{ {ty}::from_attribute(self.0.attribute({name:?})?) }}"
        )?;
    } else {
        writeln!(text, "        pub fn {rust}(self) -> Option<ir::Attribute> {{ self.0.attribute({name:?}) }}")?;
    }
    writeln!(text, "        pub const {}_ATTR: &str = {name:?};", shout(name))?;
    Ok(())
}

fn enumeration(text: &mut String, name: &str, record: Record) -> Result<()> {
    let mut cases = vec![];
    for case in record.list_of_defs_value("enumerants")? {
        cases.push((camel(case.str_value("symbol")?), case.int_value("value")?));
    }
    cases.dedup_by_key(|(_, value)| *value);
    let list: Vec<_> = cases.iter().map(|(case, value)| format!("{case} = {value}")).collect();
    writeln!(text, "    enumeration!({name}, {});", list.join(", "))?;
    Ok(())
}

/// `atomic_rmw` as `AtomicRmw`.
fn camel(name: &str) -> String {
    let words = name.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut text: String = words
        .map(|word| {
            let (first, rest) = word.split_at(1);
            first.to_ascii_uppercase() + rest
        })
        .collect();
    if text == "Self" || text.starts_with(|char: char| char.is_ascii_digit()) {
        text.insert(0, 'X');
    }
    text
}

/// `lowerBound` as `lower_bound`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    for char in name.chars() {
        if char.is_ascii_uppercase()
            && !text.is_empty()
            && !text.ends_with(|char: char| char == '_' || char.is_ascii_uppercase())
        {
            text.push('_');
        }
        text.push(char.to_ascii_lowercase());
    }
    text
}

fn shout(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

/// The name of a method that no keyword and no other method has.
fn method(name: &str, kind: &str) -> String {
    let name = snake(name);
    let is_taken = [
        "async", "box", "final", "const", "else", "fn", "for", "if", "in", "loop", "match", "mod", "move", "mut",
        "ref", "self", "static", "type", "use", "where", "while", "op", "cast",
    ];
    if is_taken.contains(&name.as_str()) { format!("{name}_{kind}") } else { name }
}

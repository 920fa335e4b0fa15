//! Mutable globals as arguments, so that nothing travels between functions unseen.
//!
//! 1. Find the globals that the program writes to.
//! 2. Find which of them each function reaches through its calls.
//! 3. A *stand-in* is a copy of a function that takes these as arguments, after its own: whoever has the global hands
//!    it on. So all functions that one call reaches have one name for it.
//!
//! # Cost
//! Linear in what is reached and was not before, for each global.

use autodiff_dialect::{
    diagnostic::Diagnostic,
    ir::{Attribute, Builder, EffectKind, Op, Type, Value},
    views::{autodiff, func, gpu, memref},
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
};

/// The attribute of a stand-in: the names of the globals that are its last arguments.
pub const HANDED: &str = "handed_globals";
/// The attribute of a stand-in: the name of the function that it is for.
pub const STANDS_FOR: &str = "stands_for";
/// The attribute of a global that names the global that is its shadow.
pub const SHADOW: &str = autodiff::Shadow::NAME;

const GET: &str = memref::GetGlobal::NAME;

/// The mutable globals of a module that are written to, in its order.
#[derive(Default)]
pub struct Globals {
    all: Vec<Op>,
    names: Vec<String>,
    numbers: FxHashMap<String, usize>,
    /// What functions reach that were looked at.
    known: RefCell<Known>,
}

/// What functions reach.
#[derive(Default)]
struct Known {
    /// By name, whether anything or not.
    handed: FxHashMap<String, Vec<usize>>,
    /// The names of stand-ins, by that of the function, and the other way round.
    standins: FxHashMap<String, String>,
    originals: FxHashMap<String, String>,
}

impl Globals {
    /// Those of a type. Without a `memref.global` that may change there is nothing to be done.
    pub fn new(module: Op, wanted: impl Fn(Type) -> bool) -> Self {
        let mut this = Self::default();
        let tops = module.regions().into_iter().filter_map(|region| region.first_block()).flat_map(|block| block.ops());
        let mutable: Vec<_> = tops.filter(|op| is_mutable(*op) && memory_of(*op).is_some_and(&wanted)).collect();
        if mutable.is_empty() {
            return this;
        }
        let mut changed = written(module);
        for global in &mutable {
            changed.extend(shadows(*global).into_iter().flatten());
        }
        for global in mutable {
            if let Some(name) = global.symbol_name()
                && (changed.contains(&name) || global.attribute(SHADOW).is_some())
            {
                this.add(name, global);
            }
        }
        this
    }

    /// Takes one more.
    pub fn add(&mut self, name: String, global: Op) {
        self.numbers.insert(name.clone(), self.all.len());
        self.names.push(name);
        self.all.push(global);
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&String, Op)> {
        self.names.iter().zip(self.all.iter().copied())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The number of the global that an op names.
    fn named_by(&self, op: Op) -> Option<usize> {
        if op.name() != GET {
            return None;
        }
        self.numbers.get(&op.attribute("name")?.as_symbol()?).copied()
    }

    /// The globals that functions reach through calls: `roots`, and what they call. `opaque`: whether a function without
    /// a body touches nothing but what it is given. What is reached once stays as it is.
    pub fn reached(&self, roots: &[Op], symbols: &HashMap<String, Op>, opaque: impl Fn(Op) -> bool) -> Reached {
        if self.is_empty() {
            return Reached::default();
        }
        let mut nodes: Vec<_> = roots.iter().map(|root| Node::new(*root)).collect();
        let mut numbers = FxHashMap::<String, usize>::default();
        let mut pointers = vec![];
        let mut next = 0;
        while let Some(node) = nodes.get(next) {
            let function = node.function;
            if let Some(known) = node.known.clone() {
                nodes[next].globals.extend(known);
                next += 1;
                continue;
            }
            if function.region_count() == 0 || function.region(0).first_block().is_none() {
                if !opaque(function) {
                    nodes[next].globals.extend((0..self.all.len()).filter(|number| !is_private(self.all[*number])));
                }
                next += 1;
                continue;
            }
            for op in function.walk().into_iter().skip(1) {
                nodes[next].globals.extend(self.named_by(op));
                match op.name() {
                    func::CallIndirect::NAME if callee(op).is_none() => pointers.push((op, None)),
                    func::Constant::NAME if op.result(0).uses().iter().any(|(user, _)| callee(*user).is_none()) => {
                        pointers.push((op, op.attribute("value").and_then(Attribute::as_symbol)));
                    }
                    _ => {}
                }
                let called = callee(op).or_else(|| op.attribute("value").and_then(Attribute::as_symbol));
                let target = called.and_then(|name| Some((*symbols.get(&name)?, name)));
                let Some((target, name)) = target.filter(|(target, _)| target.is_function()) else { continue };
                let number = *numbers.entry(name).or_insert_with_key(|name| {
                    nodes.push(Node { known: self.known.borrow().handed.get(name).cloned(), ..Node::new(target) });
                    nodes.len() - 1
                });
                nodes[number].callers.push(next);
            }
            next += 1;
        }
        for global in 0..self.all.len() {
            let reaches = |number: &usize| nodes[*number].globals.contains(&global);
            let mut pending: Vec<_> = (0..nodes.len()).filter(reaches).collect();
            while let Some(number) = pending.pop() {
                let callers = std::mem::take(&mut nodes[number].callers);
                pending.extend(callers.iter().filter(|caller| nodes[**caller].globals.insert(global)));
                nodes[number].callers = callers;
            }
        }
        let handed = |number: usize| nodes[number].globals.iter().copied().collect::<Vec<_>>();
        let mut known = self.known.borrow_mut();
        for (name, number) in numbers {
            if known.handed.insert(name.clone(), handed(number)).is_some() || nodes[number].globals.is_empty() {
                continue;
            }
            let mut standin = format!("{name}.globals");
            while symbols.contains_key(&standin) {
                standin.push('_');
            }
            known.originals.insert(standin.clone(), name.clone());
            known.standins.insert(name, standin);
        }
        let unfollowed = pointers.into_iter().find_map(|(op, target): (Op, Option<String>)| {
            let global = match target {
                Some(target) => *known.handed.get(&target)?.first()?,
                None => 0,
            };
            Some((op, self.names[global].clone()))
        });
        Reached { roots: (0..roots.len()).map(handed).collect(), unfollowed }
    }

    /// What a function reaches that was looked at.
    pub fn handed(&self, name: &str) -> Vec<usize> {
        self.known.borrow().handed.get(name).cloned().unwrap_or_default()
    }

    /// The name of a global.
    pub fn name(&self, number: usize) -> &str {
        &self.names[number]
    }

    /// The stand-in of a function that reaches a global.
    pub fn standin(&self, name: &str) -> Option<String> {
        self.known.borrow().standins.get(name).cloned()
    }

    /// The function that a stand-in is for.
    pub fn original(&self, standin: &str) -> Option<String> {
        self.known.borrow().originals.get(standin).cloned()
    }

    /// The functions that reach a global, in order of their names.
    pub fn users(&self) -> Vec<String> {
        let mut users: Vec<_> = self.known.borrow().standins.keys().cloned().collect();
        users.sort();
        users
    }

    /// The stand-in that an op should call, and what it is handed.
    fn standin_for(&self, op: Op) -> Option<(String, Vec<usize>)> {
        let name = callee(op)?;
        Some((self.standin(&name)?, self.handed(&name)))
    }

    /// Makes the calls of stand-ins inside an op calls of the functions themselves again.
    pub fn restore(&self, within: Op) {
        for op in within.walk() {
            let Some(name) = callee(op).and_then(|standin| self.original(&standin)) else { continue };
            let mut operands = op.operands();
            operands.truncate(operands.len().saturating_sub(self.handed(&name).len()));
            op.set_operands(&operands);
            op.set_attribute("callee", Attribute::symbol(op.context(), &name));
            if let Some(mut attributes) = op.attribute(ARGUMENT_ATTRIBUTES).and_then(Attribute::as_array) {
                attributes.truncate(operands.len());
                op.set_attribute(ARGUMENT_ATTRIBUTES, Attribute::array(op.context(), &attributes));
            }
        }
        for op in within.walk() {
            if op.name() == GET && op.result(0).is_unused() {
                op.erase();
            }
        }
    }

    /// Checks the shadows of globals that a derivative in some directions reaches.
    ///
    /// # Errors
    ///
    /// Not one shadow for each direction, or one that is a primal, too.
    pub fn check_shadows(&self, handed: &[usize], width: usize) -> Result<(), Box<Diagnostic>> {
        for global in handed.iter().map(|number| self.all[*number]) {
            let Some(shadows) = shadows(global) else { continue };
            let name = global.symbol_name().unwrap_or_default();
            let fail = |message: String| Err(Box::new(Diagnostic::error(global.location(), message)));
            if shadows.len() != width {
                return fail(format!(
                    "'{SHADOW}' of '@{name}': expected a shadow for each direction, {width}, got {}",
                    shadows.len()
                ));
            }
            let is_primal = |shadow: &&String| handed.iter().any(|number| self.names[*number] == **shadow);
            if let Some(shadow) = shadows.iter().find(is_primal) {
                return fail(format!(
                    "'@{shadow}' is the shadow of '@{name}', but what is differentiated uses both; pass buffers as \
                     arguments instead"
                ));
            }
        }
        Ok(())
    }

    /// Makes a copy of a function a stand-in, with the globals that it reaches as its last arguments.
    pub fn take_as_arguments(&self, copy: Op, handed: &[usize]) {
        let context = copy.context();
        let types: Vec<_> = handed.iter().filter_map(|number| memory_of(self.all[*number])).collect();
        let parts = copy.attribute("function_type").and_then(Attribute::as_type).and_then(Type::function_parts);
        let (inputs, results) = parts.unwrap_or_default();
        let ty = Type::function(context, &[&inputs[..], &types[..]].concat(), &results);
        copy.set_attribute("function_type", Attribute::ty(ty));
        no_attributes_for(copy, types.len());
        let names: Vec<_> = handed.iter().map(|number| Attribute::string(context, &self.names[*number])).collect();
        copy.set_attribute(HANDED, Attribute::array(context, &names));
        let own = copy.symbol_name().unwrap_or_default();
        copy.set_attribute(STANDS_FOR, Attribute::string(context, &own));
        let Some(entry) = copy.regions().into_iter().find_map(|region| region.first_block()) else { return };
        // After the inputs of a kernel stands its memory.
        let places = types.into_iter().enumerate();
        let arguments = places.map(|(place, ty)| entry.insert_argument(inputs.len() + place, ty, copy.location()));
        let values: Vec<_> = handed.iter().copied().zip(arguments).collect();
        self.replace(copy, &values);
    }

    /// Makes a copy of a function name each global that it reaches once, before all else, and hand it on.
    pub fn name_once(&self, copy: Op, handed: &[usize]) {
        let Some(entry) = copy.regions().into_iter().find_map(|region| region.first_block()) else { return };
        let uses: Vec<_> = copy.walk().into_iter().filter_map(|op| Some((self.named_by(op)?, op.location()))).collect();
        let values = handed.iter().map(|number| {
            let first = uses.iter().find(|(other, _)| other == number);
            let builder = Builder::at_start(entry, first.map_or(copy.location(), |(_, location)| *location));
            (*number, self.get(&builder, *number))
        });
        let values: Vec<_> = values.collect();
        self.replace(copy, &values);
    }

    /// Names a global.
    fn get(&self, builder: &Builder, number: usize) -> Value {
        let ty = memory_of(self.all[number]).unwrap_or_else(|| Type::index(builder.context()));
        let name = Attribute::symbol(builder.context(), &self.names[number]);
        builder.create(GET, &[], &[ty], &[("name", name)], &[]).result(0)
    }

    /// Names the globals that what is inside an op reaches before it.
    pub fn name_in_front(&self, op: Op) {
        let Some(builder) = Builder::before(op) else { return };
        let mut numbers = BTreeSet::new();
        for inner in op.walk() {
            numbers.extend(self.named_by(inner));
            numbers.extend(self.standin_for(inner).into_iter().flat_map(|(_, handed)| handed));
        }
        let values: Vec<_> = numbers.into_iter().map(|number| (number, self.get(&builder, number))).collect();
        self.replace(op, &values);
    }

    /// Replaces the names of globals inside an op by values, and calls of functions that reach one by calls of their
    /// stand-ins.
    fn replace(&self, within: Op, values: &[(usize, Value)]) {
        let value_of = |number: usize| values.iter().find(|(other, _)| *other == number).map(|(_, value)| *value);
        for op in within.walk() {
            if let Some(value) = self.named_by(op).and_then(value_of) {
                if op.result(0) != value {
                    op.result(0).replace_all_uses_with(value);
                    op.erase();
                }
                continue;
            }
            let Some((standin, handed)) = self.standin_for(op) else { continue };
            let (Some(operands), Some(builder)) =
                (handed.iter().map(|number| value_of(*number)).collect::<Option<Vec<_>>>(), Builder::before(op))
            else {
                continue;
            };
            let symbol = Attribute::symbol(op.context(), &standin);
            let own = op.operands();
            let own = if op.name() == CALL { &own[..] } else { &own[1..] };
            let results: Vec<_> = op.results().into_iter().map(Value::ty).collect();
            let mut attributes = op.attributes();
            attributes.retain(|(name, _)| *name != "callee");
            attributes.push(("callee", symbol));
            let call = builder.create(CALL, &[own, &operands[..]].concat(), &results, &attributes, &[]);
            no_attributes_for(call, operands.len());
            for (old, new) in op.results().into_iter().zip(call.results()) {
                old.replace_all_uses_with(new);
            }
            op.erase();
        }
    }
}

/// Which globals some functions reach.
#[derive(Default)]
pub struct Reached {
    roots: Vec<Vec<usize>>,
    /// A call, or the address, of a function that may use a global.
    unfollowed: Option<(Op, String)>,
}

impl Reached {
    /// What a root reaches.
    pub fn by_root(&self, number: usize) -> &[usize] {
        self.roots.get(number).map(Vec::as_slice).unwrap_or_default()
    }

    /// Refuses calls by address of functions that reach a global.
    pub fn refuse_pointers(&self) -> Result<(), Box<Diagnostic>> {
        let Some((op, global)) = &self.unfollowed else { return Ok(()) };
        Err(Box::new(Diagnostic::error(
            op.location(),
            format!(
                "'{}' op: the function may use the global '@{global}', and a derivative cannot be followed there; call it \
                 by its name",
                op.name()
            ),
        )))
    }
}

struct Node {
    function: Op,
    /// What it is known to reach.
    known: Option<Vec<usize>>,
    globals: BTreeSet<usize>,
    callers: Vec<usize>,
}

impl Node {
    fn new(function: Op) -> Self {
        Self { function, known: None, globals: BTreeSet::new(), callers: vec![] }
    }
}

const CALL: &str = func::Call::NAME;
const ARGUMENT_ATTRIBUTES: &str = "arg_attrs";

/// The function that an op calls, if it is known.
fn callee(op: Op) -> Option<String> {
    match op.name() {
        CALL => op.attribute("callee")?.as_symbol(),
        func::CallIndirect::NAME => {
            let pointer = op.operand(0).defining_op().filter(|pointer| pointer.is::<func::Constant>())?;
            pointer.attribute("value")?.as_symbol()
        }
        _ => None,
    }
}

/// Lets the list of attributes of arguments, if there is one, say nothing of some more.
fn no_attributes_for(op: Op, more: usize) {
    let Some(mut attributes) = op.attribute(ARGUMENT_ATTRIBUTES).and_then(Attribute::as_array) else { return };
    attributes.extend(Attribute::parse(op.context(), "{}").into_iter().flat_map(|none| vec![none; more]));
    op.set_attribute(ARGUMENT_ATTRIBUTES, Attribute::array(op.context(), &attributes));
}

/// The names in `autodiff.shadow`, one for each direction; `None` where there is none or it is something else.
pub fn shadows(global: Op) -> Option<Vec<String>> {
    let attribute = global.attribute(SHADOW)?;
    match attribute.as_symbol() {
        Some(name) => Some(vec![name]),
        None => attribute.as_array()?.into_iter().map(Attribute::as_symbol).collect(),
    }
}

/// The shadow that a global names for a direction.
pub fn named_shadow(builder: &Builder, global: Op, lane: usize) -> Option<Value> {
    let names = shadows(global)?;
    let name = Attribute::symbol(builder.context(), names.get(lane)?);
    Some(builder.create(GET, &[], &[memory_of(global)?], &[("name", name)], &[]).result(0))
}

/// Checks the shadows that the globals of a module name.
///
/// # Errors
///
/// A shadow that is not the like of its global.
pub fn check_shadows(symbols: &HashMap<String, Op>) -> Result<(), Box<Diagnostic>> {
    let mut named: Vec<_> = symbols.iter().filter(|(_, op)| op.attribute(SHADOW).is_some()).collect();
    named.sort_by_key(|(name, _)| *name);
    let mut taken = HashMap::new();
    for (name, global) in named {
        let fail = |message: String| {
            Err(Box::new(Diagnostic::error(global.location(), format!("'{SHADOW}' of '@{name}': {message}"))))
        };
        if !is_mutable(*global) || !memory_of(*global).is_some_and(Type::is_differentiable) {
            return fail("expected a mutable 'memref.global' of floating-point numbers".to_owned());
        }
        let Some(shadows) = shadows(*global) else {
            return fail("expected a symbol, or a list with one for each direction".to_owned());
        };
        for shadow in shadows {
            let ty = |op: &Op| op.attribute("type");
            match symbols.get(&shadow).filter(|op| op.is::<memref::Global>()) {
                None => return fail(format!("'@{shadow}' is no global")),
                Some(op) if !is_mutable(*op) => return fail(format!("'@{shadow}' is constant")),
                Some(op) if op == global => return fail("a global cannot be its own shadow".to_owned()),
                Some(_) if let Some(other) = taken.insert(shadow.clone(), name) => {
                    return fail(format!("'@{shadow}' is a shadow of '@{other}' already"));
                }
                Some(op) => {
                    if let (Some(found), Some(expected)) = (ty(op), ty(global))
                        && found != expected
                    {
                        return fail(format!("expected the type {expected}, got {found} of '@{shadow}'"));
                    }
                }
            }
        }
    }
    Ok(())
}

fn is_mutable(op: Op) -> bool {
    op.is::<memref::Global>() && op.attribute("constant").is_none()
}

fn is_private(global: Op) -> bool {
    global.attribute("sym_visibility").and_then(Attribute::as_string).is_some_and(|text| text == "private")
}

/// The type of a global that lies where all that runs finds it: not in memory of a workgroup or a thread. Numbers of spaces
/// mean these in modules of kernels only.
fn memory_of(global: Op) -> Option<Type> {
    let ty = global.attribute("type").and_then(Attribute::as_type)?;
    let in_kernels = || global.parent().is_some_and(|module| module.is::<gpu::Module>());
    let of_group = |space: Attribute| {
        (matches!(space.as_integer(), Some(3 | 5)) && in_kernels())
            || matches!(space.to_string().as_str(), "#gpu.address_space<workgroup>" | "#gpu.address_space<private>")
    };
    (!ty.memory_space().is_some_and(of_group)).then_some(ty)
}

/// The globals that anything but a read may be done to.
fn written(module: Op) -> FxHashSet<String> {
    let mut written = FxHashSet::default();
    for op in module.walk() {
        if op.name() == GET
            && let Some(name) = op.attribute("name").and_then(Attribute::as_symbol)
            && !written.contains(&name)
            && !is_only_read(op.result(0))
        {
            written.insert(name);
        }
    }
    written
}

/// Whether all uses of a buffer read it, themselves or through views.
fn is_only_read(buffer: Value) -> bool {
    let mut pending = vec![buffer];
    while let Some(buffer) = pending.pop() {
        for (op, _) in buffer.uses() {
            if op.is::<memref::Dim>() {
                continue;
            }
            if let [view] = op.results()[..]
                && op.view_source(view) == Some(buffer)
            {
                pending.push(view);
                continue;
            }
            let effects = op.effects().filter(|_| op.region_count() == 0 && !op.is_terminator());
            let reads = effects.is_some_and(|effects| {
                let mut own =
                    effects.iter().filter(|effect| effect.value.is_none_or(|value| value == buffer)).peekable();
                own.peek().is_some() && own.all(|effect| effect.kind == EffectKind::Read)
            });
            if !reads || op.results().into_iter().any(|result| result.ty().is_memory()) {
                return false;
            }
        }
    }
    true
}

use super::{Context, Type, append_to_string, handle, name::encode, name_text, string_ref, text};
use crate::{Activity, bridge};
use mlir_sys::*;
use std::fmt;

handle!(
    /// An attribute.
    Attribute,
    MlirAttribute
);

handle!(
    /// A source location.
    Location,
    MlirLocation
);

impl Attribute {
    /// Parses an attribute.
    pub fn parse(context: Context, source: &str) -> Option<Self> {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self::from_nullable(unsafe { mlirAttributeParseGet(context.raw(), string_ref(source)) })
    }

    /// A string.
    pub fn string(context: Context, value: &str) -> Self {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self(unsafe { mlirStringAttrGet(context.raw(), string_ref(&encode(value))) })
    }

    /// A type.
    pub fn ty(ty: Type) -> Self {
        // SAFETY: the handles that it is made of are live.
        Self(unsafe { mlirTypeAttrGet(ty.raw()) })
    }

    /// An integer or index.
    pub fn integer(ty: Type, value: i64) -> Self {
        // SAFETY: the handles that it is made of are live.
        Self(unsafe { mlirIntegerAttrGet(ty.raw(), value) })
    }

    /// A floating-point number, rounded to the type.
    pub fn float(ty: Type, value: f64) -> Self {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Self(unsafe { mlirFloatAttrDoubleGet(ty.context().raw(), ty.raw(), value) })
    }

    /// Elements of a shaped type that are all the same.
    pub fn splat(ty: Type, element: Attribute) -> Self {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Self(unsafe { mlirDenseElementsAttrSplatGet(ty.raw(), element.raw()) })
    }

    /// A list of attributes.
    pub fn array(context: Context, elements: &[Attribute]) -> Self {
        let raw: Vec<_> = elements.iter().map(|element| element.raw()).collect();
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self(unsafe { mlirArrayAttrGet(context.raw(), raw.len() as isize, raw.as_ptr()) })
    }

    /// Attributes by name.
    pub fn dictionary(context: Context, entries: &[(&str, Attribute)]) -> Self {
        let entries: Vec<_> = entries
            .iter()
            // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
            .map(|(name, value)| unsafe {
                mlirNamedAttributeGet(mlirIdentifierGet(context.raw(), string_ref(&encode(name))), value.raw())
            })
            .collect();
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self(unsafe { mlirDictionaryAttrGet(context.raw(), entries.len() as isize, entries.as_ptr()) })
    }

    /// A reference to a symbol of the enclosing symbol table.
    pub fn symbol(context: Context, name: &str) -> Self {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self(unsafe { mlirFlatSymbolRefAttrGet(context.raw(), string_ref(&encode(name))) })
    }

    /// A reference to a symbol in the symbol table that another symbol names.
    pub fn nested_symbol(context: Context, outer: &str, inner: &str) -> Self {
        let inner = Self::symbol(context, inner).0;
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self(unsafe { mlirSymbolRefAttrGet(context.raw(), string_ref(&encode(outer)), 1, &inner) })
    }

    /// A list of `i32`, as `operandSegmentSizes` wants it.
    pub fn dense_i32(context: Context, values: &[i32]) -> Self {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self(unsafe { mlirDenseI32ArrayGet(context.raw(), values.len() as isize, values.as_ptr()) })
    }

    /// A list of `i64`.
    pub fn dense_i64(context: Context, values: &[i64]) -> Self {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        Self(unsafe { mlirDenseI64ArrayGet(context.raw(), values.len() as isize, values.as_ptr()) })
    }

    /// A unit attribute.
    pub fn unit(context: Context) -> Self {
        // SAFETY: the handles that it is made of are live.
        Self(unsafe { mlirUnitAttrGet(context.raw()) })
    }

    /// The list of activities of a request.
    pub fn activities(context: Context, list: &[Activity]) -> Self {
        bridge::activity_list(context, list)
    }

    /// Reads a list of activities.
    pub fn as_activities(self) -> Vec<Activity> {
        bridge::activities(self)
    }

    /// Reads an integer.
    pub fn as_integer(self) -> Option<i64> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { mlirAttributeIsAInteger(self.0).then(|| mlirIntegerAttrGetValueInt(self.0)) }
    }

    /// Reads a floating-point number.
    pub fn as_float(self) -> Option<f64> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { mlirAttributeIsAFloat(self.0).then(|| mlirFloatAttrGetValueDouble(self.0)) }
    }

    /// Reads a type.
    pub fn as_type(self) -> Option<Type> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { mlirAttributeIsAType(self.0).then(|| Type::from_raw(mlirTypeAttrGetValue(self.0))) }
    }

    /// Reads a string.
    pub fn as_string(self) -> Option<String> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { mlirAttributeIsAString(self.0).then(|| name_text(mlirStringAttrGetValue(self.0))) }
    }

    /// The name that a flat symbol reference refers to.
    pub fn as_symbol(self) -> Option<String> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { mlirAttributeIsAFlatSymbolRef(self.0).then(|| name_text(mlirFlatSymbolRefAttrGetValue(self.0))) }
    }

    /// The first name of a symbol reference, flat or nested: a symbol of the enclosing symbol table.
    pub fn root_symbol(self) -> Option<String> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe { mlirAttributeIsASymbolRef(self.0).then(|| name_text(mlirSymbolRefAttrGetRootReference(self.0))) }
    }

    /// The names of a symbol reference, from the enclosing symbol table inwards; empty for any other attribute.
    pub fn symbol_path(self) -> Vec<String> {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        let inner = |index| Self(unsafe { mlirSymbolRefAttrGetNestedReference(self.0, index) }).as_symbol();
        let Some(root) = self.root_symbol() else { return vec![] };
        // SAFETY: handles are live: see the rule in `ir.rs`.
        let count = unsafe { mlirSymbolRefAttrGetNumNestedReferences(self.0) };
        std::iter::once(root).chain((0..count).filter_map(inner)).collect()
    }

    /// An entry of a dictionary.
    pub fn entry(self, name: &str) -> Option<Self> {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        unsafe {
            mlirAttributeIsADictionary(self.0)
                .then(|| Self::from_nullable(mlirDictionaryAttrGetElementByName(self.0, string_ref(name))))?
        }
    }

    /// The entries of a dictionary, but those whose names are no UTF-8; none for any other attribute.
    pub fn entries(self) -> Vec<(&'static str, Self)> {
        let count =
            // SAFETY: the handle is live, and its kind was asked for first.
            unsafe { if mlirAttributeIsADictionary(self.0) { mlirDictionaryAttrGetNumElements(self.0) } else { 0 } };
        (0..count)
            // SAFETY: handles are live: see the rule in `ir.rs`.
            .map(|index| unsafe { mlirDictionaryAttrGetElement(self.0, index) })
            // SAFETY: handles are live: see the rule in `ir.rs`.
            .map(|entry| (text(unsafe { mlirIdentifierStr(entry.name) }), Self(entry.attribute)))
            .filter(|(name, _)| !name.is_empty())
            .collect()
    }

    /// The name of the dialect that defines it.
    pub fn dialect(self) -> &'static str {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        text(unsafe { mlirDialectGetNamespace(mlirAttributeGetDialect(self.0)) })
    }

    /// A dictionary of no entries.
    pub fn empty_dictionary(context: Context) -> Self {
        // SAFETY: the handles that it is made of are live.
        Self(unsafe { mlirDictionaryAttrGet(context.raw(), 0, std::ptr::null()) })
    }

    /// A dictionary with one more entry, or with another value of it.
    pub fn with_entry(self, context: Context, name: &str, value: Self) -> Self {
        // SAFETY: handles are live; texts and arrays have their lengths, and MLIR copies them.
        unsafe {
            let count = if mlirAttributeIsADictionary(self.0) { mlirDictionaryAttrGetNumElements(self.0) } else { 0 };
            let name = mlirIdentifierGet(context.raw(), string_ref(name));
            let others = (0..count).map(|index| mlirDictionaryAttrGetElement(self.0, index));
            let mut entries: Vec<_> = others.filter(|entry| !mlirIdentifierEqual(entry.name, name)).collect();
            entries.push(mlirNamedAttributeGet(name, value.0));
            Self(mlirDictionaryAttrGet(context.raw(), entries.len() as isize, entries.as_ptr()))
        }
    }

    /// The bits of fast-math flags of `arith`; 0 for any other attribute.
    pub fn fast_math(self) -> u32 {
        bridge::fast_math_flags(self)
    }

    /// The fast-math flag that lets sums be made in any order.
    pub const REASSOCIATE: u32 = 1;
    /// The fast-math flag that lets the sign of a zero be ignored.
    pub const NO_SIGNED_ZEROS: u32 = 8;

    /// Reads a list of `i64`.
    pub fn as_dense_i64(self) -> Option<Vec<i64>> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            mlirAttributeIsADenseI64Array(self.0).then(|| {
                (0..mlirDenseArrayGetNumElements(self.0))
                    .map(|index| mlirDenseI64ArrayGetElement(self.0, index))
                    .collect()
            })
        }
    }

    /// Reads a list of `i32`.
    pub fn as_dense_i32(self) -> Option<Vec<i32>> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            mlirAttributeIsADenseI32Array(self.0).then(|| {
                (0..mlirDenseArrayGetNumElements(self.0))
                    .map(|index| mlirDenseI32ArrayGetElement(self.0, index))
                    .collect()
            })
        }
    }

    /// Reads attributes by name.
    pub fn as_dictionary(self) -> Option<Vec<(String, Attribute)>> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            mlirAttributeIsADictionary(self.0).then(|| {
                (0..mlirDictionaryAttrGetNumElements(self.0))
                    .map(|index| {
                        let entry = mlirDictionaryAttrGetElement(self.0, index);
                        (name_text(mlirIdentifierStr(entry.name)), Self(entry.attribute))
                    })
                    .collect()
            })
        }
    }

    /// Reads a list of attributes.
    pub fn as_array(self) -> Option<Vec<Attribute>> {
        // SAFETY: the handle is live, and its kind was asked for first.
        unsafe {
            mlirAttributeIsAArray(self.0).then(|| {
                (0..mlirArrayAttrGetNumElements(self.0))
                    .map(|index| Self(mlirArrayAttrGetElement(self.0, index)))
                    .collect()
            })
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut text = String::new();
        // SAFETY: the handle is live; the callback casts the data back to the text that it is.
        unsafe { mlirAttributePrint(self.0, Some(append_to_string), &mut text as *mut _ as *mut _) };
        formatter.write_str(&text)
    }
}

impl Location {
    /// No location.
    pub fn unknown(context: Context) -> Self {
        // SAFETY: the handles that it is made of are live.
        Self(unsafe { mlirLocationUnknownGet(context.raw()) })
    }

    /// The context that owns it.
    pub fn context(self) -> Context {
        // SAFETY: handles are live: see the rule in `ir.rs`.
        Context::from_raw(unsafe { mlirLocationGetContext(self.0) })
    }

    /// `file:line:column` of the first file that the location names.
    pub fn position(self) -> Option<String> {
        first_file(&self.to_string())
    }
}

/// Finds the first `"file":line:column` in the text of a location.
fn first_file(text: &str) -> Option<String> {
    let mut rest = text;
    loop {
        let (_, after) = rest.split_once('"')?;
        let (name, after) = after.split_once('"')?;
        let end = after.find(|char: char| !char.is_ascii_digit() && char != ':').unwrap_or(after.len());
        let position = &after[..end];
        if position.starts_with(':') {
            let name = if name.is_empty() { "-" } else { name };
            return Some(format!("{name}{}", position.trim_end_matches(':')));
        }
        rest = after;
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let mut text = String::new();
        // SAFETY: the handle is live; the callback casts the data back to the text that it is.
        unsafe { mlirLocationPrint(self.0, Some(append_to_string), &mut text as *mut _ as *mut _) };
        formatter.write_str(&text)
    }
}

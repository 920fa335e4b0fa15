//! What the passes that make functions share.

use autodiff_dialect::{
    ir::{Attribute, Builder, Op, Region, Type},
    views::func,
};
use std::collections::HashSet;

/// A private function to be made.
pub(crate) struct PrivateFunction<'a> {
    pub name: &'a str,
    pub parameters: &'a [Type],
    /// The attributes of each parameter; none: empty.
    pub marks: &'a [Attribute],
    pub results: &'a [Type],
    /// An attribute that LLVM gives functions.
    pub passthrough: &'a str,
    pub body: Region,
}

impl PrivateFunction<'_> {
    pub(crate) fn create(self, builder: &Builder) -> Op {
        let context = builder.context();
        let mut attributes = vec![
            ("sym_name", Attribute::string(context, self.name)),
            ("function_type", Attribute::ty(Type::function(context, self.parameters, self.results))),
            ("sym_visibility", Attribute::string(context, "private")),
            ("passthrough", Attribute::array(context, &[Attribute::string(context, self.passthrough)])),
        ];
        if !self.marks.is_empty() {
            attributes.push(("arg_attrs", Attribute::array(context, self.marks)));
        }
        builder.create(func::Func::NAME, &[], &[], &attributes, &[self.body])
    }
}

/// A name that no other symbol has, which starts as asked for.
pub(crate) fn free_name(stem: &str, names: &mut HashSet<String>) -> String {
    let numbered = (1..).map(|number| format!("{stem}.{number}"));
    let name = numbered.into_iter().find(|name| !names.contains(name)).unwrap_or_else(|| stem.to_owned());
    names.insert(name.clone());
    name
}

//! A function made of a closure.

use std::marker::PhantomData;

use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tf_provider::schema::{AttributeType, Description, FunctionSchema, Parameter, Type};
use tf_provider::{Diagnostic, Diagnostics, Function};

use super::super::model::SchemaType;
use super::report;

/// Returns a function whose types follow from a closure's.
///
/// `summary` describes the function, and `names` are the names of its parameters. No argument may
/// be null or unknown.
///
/// ```
/// # use tf_provider_server::simple::function;
/// let shout = function("Returns a text in upper case.", ["text"], |(text,): (String,)| {
///     Ok(text.to_uppercase())
/// });
/// ```
pub fn function<I, O, F, const N: usize>(
    summary: &str,
    names: [&str; N],
    call: F,
) -> impl Function + use<I, O, F, N>
where
    I: Parameters<N> + DeserializeOwned + Send + 'static,
    O: SchemaType + Serialize + Send + 'static,
    F: Fn(I) -> Result<O, Diagnostic> + Send + Sync + 'static,
{
    let types = I::types().into_iter().map(parameter_type);
    let parameters = names.into_iter().zip(types);
    let schema = FunctionSchema {
        parameters: parameters
            .map(|(name, param_type)| Parameter {
                name: name.to_owned(),
                param_type,
                ..Parameter::default()
            })
            .collect(),
        return_type: parameter_type(O::attribute_type()),
        summary: summary.to_owned(),
        description: Description::markdown(summary),
        ..FunctionSchema::default()
    };
    Closure {
        schema,
        call,
        types: PhantomData,
    }
}

/// The types of `N` parameters: a tuple.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple of {N} parameters",
    note = "the closure of `function` takes one tuple, with a value for each name: `(text,): (String,)`"
)]
pub trait Parameters<const N: usize> {
    /// Returns the types.
    fn types() -> [AttributeType; N];
}

macro_rules! parameters {
    ($count:literal: $($name:ident)*) => {
        impl<$($name: SchemaType),*> Parameters<$count> for ($($name,)*) {
            fn types() -> [AttributeType; $count] {
                [$($name::attribute_type()),*]
            }
        }
    };
}

parameters!(1: A);
parameters!(2: A B);
parameters!(3: A B C);
parameters!(4: A B C D);
parameters!(5: A B C D E);

/// Returns the type of a parameter for the type of an attribute.
fn parameter_type(attribute: AttributeType) -> Type {
    let boxed = |element: Box<AttributeType>| Box::new(parameter_type(*element));
    let object = |attributes: super::super::model::Attributes| {
        let types = attributes
            .into_iter()
            .map(|(name, attribute)| (name, parameter_type(attribute.attr_type)));
        Type::Object(types.collect())
    };
    match attribute {
        AttributeType::String => Type::String,
        AttributeType::Number => Type::Number,
        AttributeType::Bool => Type::Bool,
        AttributeType::Any => Type::Any,
        AttributeType::List(element) => Type::List(boxed(element)),
        AttributeType::Set(element) => Type::Set(boxed(element)),
        AttributeType::Map(element) => Type::Map(boxed(element)),
        AttributeType::Object(types) => Type::Object(
            types
                .into_iter()
                .map(|(name, one)| (name, parameter_type(one)))
                .collect(),
        ),
        AttributeType::Tuple(types) => Type::Tuple(types.into_iter().map(parameter_type).collect()),
        AttributeType::AttributeSingle(nested) => object(nested),
        AttributeType::AttributeList(nested) => Type::List(Box::new(object(nested))),
        AttributeType::AttributeSet(nested) => Type::Set(Box::new(object(nested))),
        AttributeType::AttributeMap(nested) => Type::Map(Box::new(object(nested))),
    }
}

struct Closure<I, O, F> {
    schema: FunctionSchema,
    call: F,
    types: PhantomData<fn(I) -> O>,
}

#[async_trait]
impl<I, O, F> Function for Closure<I, O, F>
where
    I: DeserializeOwned + Send + 'static,
    O: Serialize + Send + 'static,
    F: Fn(I) -> Result<O, Diagnostic> + Send + Sync + 'static,
{
    type Input<'a> = I;
    type Output<'a> = O;

    fn schema(&self, _: &mut Diagnostics) -> Option<FunctionSchema> {
        Some(self.schema.clone())
    }

    async fn call<'a>(&self, diags: &mut Diagnostics, arguments: I) -> Option<O> {
        report(diags, (self.call)(arguments))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use tf_provider::{Diagnostics, Function as _};

    use super::super::super::schema;
    use super::super::super::value::Int;
    use super::function;

    #[test]
    fn the_types_of_a_function_follow_from_the_closure() {
        type Arguments = (BTreeMap<String, Vec<Int>>, BTreeSet<String>);
        let count = function("Counts.", ["one", "other"], |(one, other): Arguments| {
            Ok(one.len() == other.len())
        });
        let schema = count.schema(&mut Diagnostics::default()).unwrap();
        let signature = schema::function(&schema);
        let types: Vec<_> = signature
            .parameters
            .iter()
            .map(|it| (it.name.as_str(), &it.r#type[..]))
            .collect();
        assert_eq!(
            types,
            [
                ("one", &br#"["map",["list","number"]]"#[..]),
                ("other", br#"["set","string"]"#),
            ]
        );
        assert_eq!(signature.r#return.unwrap().r#type, &b"\"bool\""[..]);
        assert_eq!(signature.summary, "Counts.");
    }
}

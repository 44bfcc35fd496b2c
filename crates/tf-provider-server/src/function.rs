//! Functions: the adapter that serves tf-provider's trait.

use std::fmt::Write as _;
use std::sync::OnceLock;

use async_trait::async_trait;
use prost::bytes::Bytes;
use serde_path_to_error::Segment;
use tf_provider::schema::{FunctionSchema, Type};
use tf_provider::{AttributePath, AttributePathStep, Diagnostic, Diagnostics, Function};

use super::diagnostics::{error, error_at, require_error};
use super::protocol::{FunctionError, call_function};
use super::value::decode::{bytes, dynamic, encode};
use super::value::msgpack::{Tree, scan};
use super::value::{IntegerError, parse_integer, whole};

/// A function with its types erased.
#[async_trait]
pub(super) trait ErasedFunction: Send + Sync {
    fn describe(&self) -> (Option<FunctionSchema>, Diagnostics);
    async fn call(&self, request: call_function::Request) -> call_function::Response;
}

/// A function with its name and its cached signature.
pub(super) struct Adapter<F> {
    function: F,
    name: String,
    schema: OnceLock<(Option<FunctionSchema>, Diagnostics)>,
}

impl<F: Function + 'static> Adapter<F> {
    pub(super) fn new(name: &str, function: F) -> Self {
        Self {
            function,
            name: name.to_owned(),
            schema: OnceLock::new(),
        }
    }

    fn schema(&self) -> &(Option<FunctionSchema>, Diagnostics) {
        self.schema.get_or_init(|| {
            let mut diags = Diagnostics::default();
            let schema = self.function.schema(&mut diags);
            if schema.is_none() {
                require_error(&mut diags, "schema", &self.name);
            }
            (schema, diags)
        })
    }

    async fn result(
        &self,
        diags: &mut Diagnostics,
        request: &call_function::Request,
    ) -> Option<Bytes> {
        let arguments: Vec<Bytes> = request
            .arguments
            .iter()
            .map(|argument| bytes(Some(argument)))
            .collect();
        let schema = self.schema().0.as_ref();
        let list = match self.arguments(&arguments) {
            Ok(list) => list,
            Err(why) => {
                diags.errors.push(why);
                return None;
            }
        };
        let mut deserializer = rmp_serde::Deserializer::from_read_ref(&list);
        // Tracking the path costs little, because arguments are short.
        let input = match serde_path_to_error::deserialize(&mut deserializer) {
            Ok(input) => input,
            Err(failure) => {
                diags.errors.push(argument_error(
                    schema,
                    &arguments,
                    failure.path(),
                    failure.inner(),
                ));
                return None;
            }
        };
        let output = self.function.call(diags, input).await?;
        encode(diags, &output, &self.name)
    }

    /// Encodes the arguments as one list.
    fn arguments(&self, arguments: &[Bytes]) -> Result<Vec<u8>, Diagnostic> {
        let refuse = |why: String| error(format!("`{}` cannot be called", self.name), why);
        let (wanted, more) = match &self.schema().0 {
            Some(schema) => (schema.parameters.len(), schema.variadic.is_some()),
            None => return Err(refuse("It has no signature.".to_owned())),
        };
        let count = arguments.len();
        if count < wanted || count > wanted && !more {
            return Err(refuse(format!("Expected {wanted} arguments, got {count}.")));
        }
        let mut list = Vec::new();
        u32::try_from(count)
            .ok()
            .and_then(|count| rmp::encode::write_array_len(&mut list, count).ok())
            .ok_or_else(|| refuse("There are too many arguments.".to_owned()))?;
        for (index, argument) in arguments.iter().enumerate() {
            scan(argument).map_err(|malformed| {
                error_at(
                    AttributePath::function_argument(i64::try_from(index).unwrap_or(i64::MAX)),
                    format!("The argument cannot be read: {malformed}"),
                    "",
                )
            })?;
            list.extend_from_slice(argument);
        }
        Ok(list)
    }
}

/// Returns the error for the argument that does not fit its parameter.
fn argument_error(
    schema: Option<&FunctionSchema>,
    arguments: &[Bytes],
    path: &serde_path_to_error::Path,
    cause: &rmp_serde::decode::Error,
) -> Diagnostic {
    let Some(Segment::Seq { index }) = path.iter().next() else {
        return error(format!("The arguments do not fit: {cause}"), "");
    };
    let found = arguments
        .get(*index)
        .and_then(|argument| Tree::parse(argument).ok())
        .unwrap_or(Tree::Null);
    let parameter =
        schema.and_then(|schema| schema.parameters.get(*index).or(schema.variadic.as_ref()));
    let number = parameter.is_some_and(|parameter| parameter.param_type == Type::Number);
    let fraction = match &found {
        Tree::Float(number) => whole(*number).is_none(),
        Tree::Text(text) => number && parse_integer(text) == Err(IntegerError::Fraction),
        _ => false,
    };
    let why = match &found {
        Tree::Float(number) if fraction => format!("{number} is not a whole number"),
        Tree::Text(number) if fraction => format!("{number} is not a whole number"),
        other => format!("{other} does not fit"),
    };
    let summary = match parameter {
        Some(parameter) => format!("`{}`: {why}", parameter.name),
        None => why,
    };
    error_at(
        AttributePath::function_argument(i64::try_from(*index).unwrap_or(i64::MAX)),
        summary,
        "",
    )
}

#[async_trait]
impl<F: Function + 'static> ErasedFunction for Adapter<F> {
    fn describe(&self) -> (Option<FunctionSchema>, Diagnostics) {
        self.schema().clone()
    }

    async fn call(&self, request: call_function::Request) -> call_function::Response {
        let mut diags = Diagnostics::default();
        let result = self.result(&mut diags, &request).await;
        if result.is_none() {
            require_error(&mut diags, "call", &self.name);
        }
        match function_error(&diags) {
            Some(error) => call_function::Response {
                result: None,
                error: Some(error),
            },
            None => call_function::Response {
                result: result.map(dynamic),
                error: None,
            },
        }
    }
}

/// Joins the errors of a call, because a response has only one. It names an argument if all errors
/// are about the same one. Warnings are logged, because a response has no field for them.
pub(super) fn function_error(diags: &Diagnostics) -> Option<FunctionError> {
    for warning in &diags.warnings {
        tracing::warn!(summary = %warning.summary, "a function returned a warning");
    }
    let argument = |diagnostic: &Diagnostic| match diagnostic.attribute.steps.first() {
        Some(AttributePathStep::Index(index)) => Some(*index),
        _ => None,
    };
    let first = argument(diags.errors.first()?);
    let function_argument = first.filter(|_| diags.errors.iter().all(|e| argument(e) == first));
    let mut text = String::new();
    for error in &diags.errors {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&error.summary);
        if !error.detail.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{}", error.detail);
        }
    }
    Some(FunctionError {
        text,
        function_argument,
    })
}

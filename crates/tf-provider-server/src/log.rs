//! The log: one JSON object per line on stderr, in the format that the core reads (`hclog`).
//!
//! Without a log level there is no subscriber, and tracing costs nothing. Events of the libraries
//! are left out, except at `TRACE`, which includes their debug level; their own trace level shows
//! the content of requests. The server never logs requests, states and private state.

use std::backtrace::Backtrace;
use std::fmt;
use std::io::Write as _;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span;
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Scope};
use tracing_subscriber::util::SubscriberInitExt as _;

/// The libraries whose events are left out.
const LIBRARIES: [&str; 11] = [
    "h2",
    "hyper",
    "hyper_util",
    "mio",
    "reqwest",
    "rustls",
    "tokio",
    "tokio_rustls",
    "tokio_util",
    "tonic",
    "tower",
];

/// Installs the subscriber for the level that the core asked for, if any.
pub(super) fn init(level: Option<&str>) {
    let Some(targets) = level.and_then(targets) else {
        return;
    };
    // A subscriber that is installed already stays.
    let _ = tracing_subscriber::registry()
        .with(HclogLayer.with_filter(targets))
        .try_init();
}

fn targets(level: &str) -> Option<Targets> {
    let level = match level.to_ascii_uppercase().as_str() {
        // With `JSON` the core asks for everything, and writes its own log as JSON.
        "TRACE" | "JSON" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "INFO" => LevelFilter::INFO,
        "WARN" => LevelFilter::WARN,
        "ERROR" => LevelFilter::ERROR,
        _ => return None,
    };
    let libraries = match level {
        LevelFilter::TRACE => LevelFilter::DEBUG,
        _ => LevelFilter::OFF,
    };
    let filter = Targets::new().with_default(level);
    Some(filter.with_targets(LIBRARIES.map(|library| (library, libraries))))
}

/// Writes a line and ignores errors: stderr may be closed.
fn write_line(line: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(line.as_bytes());
    let _ = stderr.write_all(b"\n");
}

fn line(level: &str, module: &str, message: String, fields: Map<String, Value>) -> String {
    let now = OffsetDateTime::now_utc();
    // The core's parser expects exactly six digits.
    let timestamp = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second(),
        now.microsecond(),
    );
    let mut object = Map::new();
    object.insert("@level".to_owned(), level.into());
    object.insert("@message".to_owned(), message.into());
    object.insert("@module".to_owned(), module.replace("::", ".").into());
    object.insert("@timestamp".to_owned(), timestamp.into());
    object.extend(fields);
    Value::Object(object).to_string()
}

/// Installs the panic hook. It writes a panic in provider code as a log line with the backtrace,
/// even without a log level. A panic in the server itself it writes as text, which the core shows
/// at the end of the run.
pub(super) fn set_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        let message = super::call::panic_message(info.payload());
        let location = info.location().map(ToString::to_string);
        let location = location.unwrap_or_else(|| "an unknown location".to_owned());
        let backtrace = Backtrace::force_capture().to_string();
        match super::call::label() {
            Some(call) => {
                let mut fields = Map::new();
                fields.insert("call".to_owned(), call.into());
                fields.insert("location".to_owned(), location.into());
                fields.insert("backtrace".to_owned(), backtrace.into());
                let message = format!("the provider panicked: {message}");
                write_line(&line("error", "plugin", message, fields));
            }
            None => write_line(&format!("panic: {message}\n\nat {location}\n{backtrace}")),
        }
    }));
}

/// A layer that writes events with the fields of their spans.
struct HclogLayer;

/// The fields of a span, stored with it.
struct SpanFields(Map<String, Value>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for HclogLayer {
    fn on_new_span(&self, attributes: &span::Attributes<'_>, id: &span::Id, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = ctx.span(id) {
            span.extensions_mut().insert(SpanFields(fields.rest));
        }
    }

    fn on_record(&self, id: &span::Id, values: &span::Record<'_>, ctx: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(span) = ctx.span(id)
            && let Some(SpanFields(kept)) = span.extensions_mut().get_mut()
        {
            kept.extend(fields.rest);
        }
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        let mut fields = Map::new();
        for span in ctx
            .event_scope(event)
            .into_iter()
            .flat_map(Scope::from_root)
        {
            if let Some(SpanFields(kept)) = span.extensions().get() {
                fields.extend(kept.clone());
            }
        }
        let mut own = Fields::default();
        event.record(&mut own);
        fields.extend(own.rest);
        let metadata = event.metadata();
        let level = metadata.level().as_str().to_ascii_lowercase();
        write_line(&line(&level, metadata.target(), own.message, fields));
    }
}

/// The fields of an event or a span as JSON, with the message apart.
#[derive(Default)]
struct Fields {
    message: String,
    rest: Map<String, Value>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: Value) {
        self.rest.insert(field.name().to_owned(), value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}");
        if field.name() == "message" {
            self.message = text;
        } else {
            self.add(field, text.into());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.add(field, value.into());
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, value.into());
    }
}

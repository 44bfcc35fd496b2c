//! A managed resource whose `mode` sets its behaviour, such as `create:panic` or `read:gone`.

mod model;

use std::borrow::Cow;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use model::{Private, State};
pub(crate) use model::{attribute, attributes, identity_schema, imported};
use serde_json::{Map, Value as Json};
use tf_provider::schema::Schema;
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{AttributePath, Diagnostic, Diagnostics, Resource};
use tf_provider_server::value::Int;
use tf_provider_server::{Identity, IdentitySchema, ManagedResource, call};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

pub(crate) struct Item;

/// The next seed.
static NEXT_SEED: AtomicI64 = AtomicI64::new(1);

fn diagnostic(summary: &'static str, attribute: &'static str) -> Diagnostic {
    Diagnostic {
        summary: summary.into(),
        detail: "Because of `mode`.".into(),
        attribute: AttributePath::new(attribute),
    }
}

/// Tells the test at the socket `path` that the call has begun, and waits until the test resumes
/// it.
async fn gate(path: &str) -> tokio::net::UnixStream {
    let mut stream = tokio::net::UnixStream::connect(path).await.unwrap();
    stream.write_all(b"begun\n").await.unwrap();
    stream.read_u8().await.unwrap();
    stream
}

#[async_trait]
impl Resource for Item {
    type State<'a> = State<'a>;
    type PrivateState<'a> = Value<Private>;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        Some(model::schema())
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: State<'a>) -> Option<()> {
        match config.mode.as_str() {
            "validate:panic" => panic!("validation went wrong"),
            "validate:none" => return None,
            "validate:error" => diags
                .errors
                .push(diagnostic("This item is not valid", "mode")),
            "validate:warn" => diags.warnings.push(diagnostic("This item is odd", "mode")),
            _ => {}
        }
        Some(())
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        mut state: State<'a>,
        private: Value<Private>,
        _: ValueEmpty,
    ) -> Option<(State<'a>, Value<Private>)> {
        match state.mode.as_str() {
            "read:panic" => panic!("reading went wrong with the s3cret inside"),
            "read:none" => return None,
            "read:gone" => {
                call::confirm_gone();
                return None;
            }
            "read:gone-and-error" => {
                call::confirm_gone();
                diags.errors.push(diagnostic("Not sure", "id"));
                return None;
            }
            "read:error" => {
                diags.errors.push(diagnostic("Could not read", "id"));
                return None;
            }
            "read:state-and-error" => {
                state.note = "half read".into();
                diags.errors.push(diagnostic("Could not read all", "note"));
            }
            "read:unknown" => state.note = Value::Unknown,
            "read:wait" => {
                let _stream = gate(state.note.as_str()).await;
                call::stop().cancelled().await;
                state.note = "stopped".into();
            }
            "read:private" => {
                state.note = format!("{:?}", private.as_ref().map(|one| one.writes)).into();
            }
            _ => {}
        }
        Some((state, private))
    }

    async fn plan_create<'a>(
        &self,
        diags: &mut Diagnostics,
        mut proposed: State<'a>,
        config: State<'a>,
        _: ValueEmpty,
    ) -> Option<(State<'a>, Value<Private>)> {
        match proposed.mode.as_str() {
            "plan:panic" => panic!("planning went wrong"),
            "plan:none" => return None,
            "plan:error" => {
                diags.errors.push(diagnostic("Could not plan", "name"));
                return None;
            }
            _ => {}
        }
        proposed.id = Value::Unknown;
        if config.note.is_null() {
            proposed.note = Value::Unknown;
        }
        let mut private = Private::default();
        if proposed.does("plan:seed") && call::stores_planned_private() {
            // A value that differs in each plan.
            let new_seed = || Private {
                writes: NEXT_SEED.fetch_add(1, Ordering::Relaxed),
            };
            private = call::planned_private().unwrap_or_else(new_seed);
            proposed.note = format!("seed {}", private.writes).into();
        }
        if proposed.does("plan:computed-blocks") {
            proposed.note = call::computed_blocks_allowed().to_string().into();
        }
        Some((proposed, Value::Value(private)))
    }

    async fn plan_update<'a>(
        &self,
        _: &mut Diagnostics,
        prior: State<'a>,
        proposed: State<'a>,
        _: State<'a>,
        private: Value<Private>,
        _: ValueEmpty,
    ) -> Option<(State<'a>, Value<Private>, Vec<AttributePath>)> {
        match proposed.mode.as_str() {
            "plan-update:panic" => panic!("planning went wrong"),
            "plan-update:none" => return None,
            _ => {}
        }
        let mut triggers = vec![];
        if prior.size != proposed.size {
            triggers.push(AttributePath::new("size"));
        }
        Some((proposed, private, triggers))
    }

    async fn plan_destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: State<'a>,
        private: Value<Private>,
        _: ValueEmpty,
    ) -> Option<Value<Private>> {
        match prior.mode.as_str() {
            "plan-destroy:none" => return None,
            "plan-destroy:error" => {
                diags.errors.push(diagnostic("This item stays", "id"));
                return None;
            }
            _ => {}
        }
        Some(private)
    }

    async fn create<'a>(
        &self,
        diags: &mut Diagnostics,
        mut planned: State<'a>,
        _: State<'a>,
        private: Value<Private>,
        _: ValueEmpty,
    ) -> Option<(State<'a>, Value<Private>)> {
        let writes = private.map_or(0, |private| private.writes);
        let private = Value::Value(Private { writes: writes + 1 });
        planned.id = Value::Value(Cow::Borrowed("item-1"));
        if planned.note.is_unknown() {
            planned.note = "made".into();
        }
        match planned.mode.as_str() {
            "create:panic" => panic!("creating went wrong"),
            "create:none" => return None,
            "create:error" => {
                diags.errors.push(diagnostic("Could not create", "name"));
                return None;
            }
            "create:without-id" => planned.id = Value::Null,
            "create:state-and-error" => diags.errors.push(diagnostic("Created, but", "name")),
            "create:unknown" => {
                planned.note = Value::Unknown;
                if let Value::Value(place) = &mut planned.place {
                    place.label = Value::Unknown;
                }
            }
            "create:gate" => {
                let mut stream = gate(planned.note.as_str()).await;
                stream.write_all(b"finished\n").await.unwrap();
            }
            "create:disconnected" => {
                let mut stream = gate(planned.note.as_str()).await;
                call::stop().cancelled().await;
                stream.write_all(b"disconnected\n").await.unwrap();
                stream.read_u8().await.unwrap();
                stream.write_all(b"finished\n").await.unwrap();
            }
            "create:wait" => {
                let mut stream = gate(planned.note.as_str()).await;
                call::stop().cancelled().await;
                diags.errors.push(diagnostic("Stopped while waiting", "id"));
                let _ = stream.write_all(b"stopped\n").await;
            }
            _ => {}
        }
        Some((planned, private))
    }

    async fn update<'a>(
        &self,
        diags: &mut Diagnostics,
        _: State<'a>,
        mut planned: State<'a>,
        _: State<'a>,
        private: Value<Private>,
        _: ValueEmpty,
    ) -> Option<(State<'a>, Value<Private>)> {
        let writes = private.map_or(0, |private| private.writes);
        let private = Value::Value(Private { writes: writes + 1 });
        match planned.mode.as_str() {
            "update:panic" => panic!("updating went wrong"),
            "update:none" => return None,
            "update:error" => {
                diags.errors.push(diagnostic("Could not update", "name"));
                return None;
            }
            "update:state-and-error" => diags.errors.push(diagnostic("Updated, but", "name")),
            "update:unknown" => planned.note = Value::Unknown,
            _ => {}
        }
        if planned.note.is_unknown() && !planned.does("update:unknown") {
            planned.note = "changed".into();
        }
        Some((planned, private))
    }

    async fn destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: State<'a>,
        _: Value<Private>,
        _: ValueEmpty,
    ) -> Option<()> {
        match prior.mode.as_str() {
            "destroy:panic" => panic!("destroying went wrong"),
            "destroy:none" => return None,
            "destroy:error" => {
                diags.errors.push(diagnostic("Could not destroy", "id"));
                return None;
            }
            "destroy:some-and-error" => diags.errors.push(diagnostic("Destroyed, but", "id")),
            _ => {}
        }
        Some(())
    }

    async fn import<'a>(
        &self,
        diags: &mut Diagnostics,
        id: String,
    ) -> Option<(State<'a>, Value<Private>)> {
        match id.as_str() {
            "none" => return None,
            "panic" => panic!("importing went wrong"),
            "absent" => {
                diags.errors.push(diagnostic("There is no such item", "id"));
                return None;
            }
            _ => {}
        }
        Some((imported(id), Value::Null))
    }
}

#[async_trait]
impl ManagedResource for Item {
    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity_schema())
    }

    fn identity(&self, state: &State<'_>) -> Option<Identity> {
        if state.does("identity:unknown-attribute") {
            return Some(Identity::new().with("unknown-attribute", "x"));
        }
        let Value::Value(id) = &state.id else {
            return None;
        };
        let mut identity = Identity::new().with("id", id.as_ref());
        if let Value::Value(size) = state.size {
            identity = identity.with("size", size.0);
        }
        if let Value::Value(open) = state.open {
            identity = identity.with("open", open);
        }
        Some(identity)
    }

    fn never_null(&self) -> Vec<String> {
        ["id", "place.label", "parts.weight"]
            .map(str::to_owned)
            .to_vec()
    }

    async fn check_recreate<'a>(
        &self,
        diags: &mut Diagnostics,
        last: State<'a>,
        config: State<'a>,
    ) {
        diags.warnings.push(diagnostic("It was there", "note"));
        assert!(last.does("read:gone") && !config.does("read:gone"));
    }

    async fn plan_recreate<'a>(&self, last: State<'a>, mut planned: State<'a>) -> State<'a> {
        if planned.note.is_unknown() {
            planned.note = format!("after {}", last.note.as_str()).into();
        }
        planned
    }

    async fn import_by_identity<'a>(
        &self,
        _: &mut Diagnostics,
        identity: Identity,
    ) -> Option<(State<'a>, Value<Private>)> {
        let mut state = imported(identity.string("id")?.to_owned());
        state.size = identity.number("size").map(Int).into();
        state.open = identity.bool("open").into();
        Some((state, Value::Null))
    }

    async fn upgrade_state(
        &self,
        diags: &mut Diagnostics,
        version: i64,
        mut state: Map<String, Json>,
    ) -> Option<Map<String, Json>> {
        if version != 1 {
            diags.errors.push(diagnostic("Too old", "id"));
            return None;
        }
        let title = state.remove("title")?;
        state.insert("name".to_owned(), title);
        Some(state)
    }

    async fn upgrade_identity(
        &self,
        diags: &mut Diagnostics,
        version: i64,
        mut identity: Map<String, Json>,
    ) -> Option<Map<String, Json>> {
        if version != 1 {
            diags.errors.push(diagnostic("Too old", "id"));
            return None;
        }
        let key = identity.remove("key")?;
        identity.insert("id".to_owned(), key);
        Some(identity)
    }
}

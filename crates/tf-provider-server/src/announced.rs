//! Serves the boxed resources, data sources and functions in the provider's own lists.
//!
//! Their methods take and return values of a type that is private to tf-provider, so no other crate
//! can name it. But tf-provider converts between it and the types of every [`Function`]: a call of
//! a function that returns a tree creates such a value, and a call with it as the argument reads
//! it. [`Relay`] is this function.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use tf_provider::schema::{FunctionSchema, Schema};
use tf_provider::{
    AttributePath, DataSource, Diagnostics, DynamicDataSource, DynamicFunction, DynamicResource,
    Function, Provider, Resource,
};

use super::ManagedResource;
use super::diagnostics::require_error;
use super::provider::NAME;
use super::value::msgpack::Tree;

/// Everything in a provider's own lists.
#[derive(Default)]
pub(super) struct Announced {
    pub(super) resources: HashMap<String, Box<dyn DynamicResource>>,
    pub(super) data_sources: HashMap<String, Box<dyn DynamicDataSource>>,
    pub(super) functions: HashMap<String, Box<dyn DynamicFunction>>,
    pub(super) diagnostics: Diagnostics,
}

impl Announced {
    pub(super) fn by(provider: &impl Provider) -> Self {
        let mut diags = Diagnostics::default();
        let resources = list(&mut diags, "list of resources", |it| {
            provider.get_resources(it)
        });
        let data_sources = list(&mut diags, "list of data sources", |it| {
            provider.get_data_sources(it)
        });
        let functions = list(&mut diags, "list of functions", |it| {
            provider.get_functions(it)
        });
        Self {
            resources,
            data_sources,
            functions,
            diagnostics: diags,
        }
    }
}

fn list<T>(
    diags: &mut Diagnostics,
    what: &str,
    get: impl FnOnce(&mut Diagnostics) -> Option<HashMap<String, T>>,
) -> HashMap<String, T> {
    get(diags).unwrap_or_else(|| {
        require_error(diags, what, NAME);
        HashMap::new()
    })
}

/// A function that keeps its arguments and returns a given value.
#[derive(Default)]
struct Relay(Mutex<(Vec<Tree>, Tree)>);

impl Relay {
    fn returning(value: Tree) -> Self {
        Self(Mutex::new((Vec::new(), value)))
    }

    /// Returns the argument of the last call.
    fn argument(self) -> Option<Tree> {
        let (arguments, _) = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        arguments.into_iter().next()
    }
}

#[async_trait]
impl Function for Relay {
    type Input<'a> = Vec<Tree>;
    type Output<'a> = Tree;

    fn schema(&self, _: &mut Diagnostics) -> Option<FunctionSchema> {
        None
    }

    async fn call<'a>(&self, _: &mut Diagnostics, arguments: Vec<Tree>) -> Option<Tree> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.0 = arguments;
        Some(std::mem::take(&mut kept.1))
    }
}

/// Converts a tree to tf-provider's private type. A macro, because a function would have to name
/// the type.
macro_rules! raw {
    ($diags:expr, $tree:expr) => {
        DynamicFunction::call(&Relay::returning($tree), $diags, Vec::new()).await?
    };
}

/// Converts a value of tf-provider's private type to a tree.
macro_rules! tree {
    ($diags:expr, $raw:expr) => {{
        let relay = Relay::default();
        DynamicFunction::call(&relay, $diags, vec![$raw]).await?;
        relay.argument()?
    }};
}

/// Returns the bytes of private state, as tf-provider's own server stores them.
fn to_bytes(private: &Tree) -> Vec<u8> {
    // This cannot fail, because the serializer accepts every tree.
    rmp_serde::to_vec_named(private).unwrap_or_default()
}

fn from_bytes(private: &[u8]) -> Tree {
    Tree::parse(private).unwrap_or_default()
}

/// A resource in the provider's own list.
pub(super) struct AnnouncedResource(pub(super) Box<dyn DynamicResource>);

#[async_trait]
impl Resource for AnnouncedResource {
    type State<'a> = Tree;
    type PrivateState<'a> = Tree;
    type ProviderMetaState<'a> = Tree;

    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        self.0.schema(diags)
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Tree) -> Option<()> {
        let config = raw!(diags, config);
        self.0.validate(diags, config).await
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        state: Tree,
        private: Tree,
        meta: Tree,
    ) -> Option<(Tree, Tree)> {
        let (state, meta) = (raw!(diags, state), raw!(diags, meta));
        let read = self.0.read(diags, state, to_bytes(&private), meta).await;
        let (state, private) = read?;
        Some((tree!(diags, state), from_bytes(&private)))
    }

    async fn plan_create<'a>(
        &self,
        diags: &mut Diagnostics,
        proposed: Tree,
        config: Tree,
        meta: Tree,
    ) -> Option<(Tree, Tree)> {
        let proposed = raw!(diags, proposed);
        let (config, meta) = (raw!(diags, config), raw!(diags, meta));
        let planned = self.0.plan_create(diags, proposed, config, meta).await;
        let (state, private) = planned?;
        Some((tree!(diags, state), from_bytes(&private)))
    }

    async fn plan_update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: Tree,
        proposed: Tree,
        config: Tree,
        private: Tree,
        meta: Tree,
    ) -> Option<(Tree, Tree, Vec<AttributePath>)> {
        let (prior, proposed) = (raw!(diags, prior), raw!(diags, proposed));
        let (config, meta) = (raw!(diags, config), raw!(diags, meta));
        let private = to_bytes(&private);
        let planned = self
            .0
            .plan_update(diags, prior, proposed, config, private, meta)
            .await;
        let (state, private, triggers) = planned?;
        Some((tree!(diags, state), from_bytes(&private), triggers))
    }

    async fn plan_destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: Tree,
        private: Tree,
        meta: Tree,
    ) -> Option<Tree> {
        let (prior, meta) = (raw!(diags, prior), raw!(diags, meta));
        let private = to_bytes(&private);
        let planned = self.0.plan_destroy(diags, prior, private, meta).await;
        Some(from_bytes(&planned?))
    }

    async fn create<'a>(
        &self,
        diags: &mut Diagnostics,
        planned: Tree,
        config: Tree,
        private: Tree,
        meta: Tree,
    ) -> Option<(Tree, Tree)> {
        let planned = raw!(diags, planned);
        let (config, meta) = (raw!(diags, config), raw!(diags, meta));
        let private = to_bytes(&private);
        let created = self.0.create(diags, planned, config, private, meta).await;
        let (state, private) = created?;
        Some((tree!(diags, state), from_bytes(&private)))
    }

    async fn update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: Tree,
        planned: Tree,
        config: Tree,
        private: Tree,
        meta: Tree,
    ) -> Option<(Tree, Tree)> {
        let (prior, planned) = (raw!(diags, prior), raw!(diags, planned));
        let (config, meta) = (raw!(diags, config), raw!(diags, meta));
        let private = to_bytes(&private);
        let updated = self
            .0
            .update(diags, prior, planned, config, private, meta)
            .await;
        let (state, private) = updated?;
        Some((tree!(diags, state), from_bytes(&private)))
    }

    async fn destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: Tree,
        private: Tree,
        meta: Tree,
    ) -> Option<()> {
        let (prior, meta) = (raw!(diags, prior), raw!(diags, meta));
        self.0.destroy(diags, prior, to_bytes(&private), meta).await
    }

    async fn import<'a>(&self, diags: &mut Diagnostics, id: String) -> Option<(Tree, Tree)> {
        let (state, private) = self.0.import(diags, id).await?;
        Some((tree!(diags, state), from_bytes(&private)))
    }
}

impl ManagedResource for AnnouncedResource {}

/// A data source in the provider's own list.
pub(super) struct AnnouncedDataSource(pub(super) Box<dyn DynamicDataSource>);

#[async_trait]
impl DataSource for AnnouncedDataSource {
    type State<'a> = Tree;
    type ProviderMetaState<'a> = Tree;

    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        self.0.schema(diags)
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Tree) -> Option<()> {
        let config = raw!(diags, config);
        self.0.validate(diags, config).await
    }

    async fn read<'a>(&self, diags: &mut Diagnostics, config: Tree, meta: Tree) -> Option<Tree> {
        let (config, meta) = (raw!(diags, config), raw!(diags, meta));
        let state = self.0.read(diags, config, meta).await?;
        Some(tree!(diags, state))
    }
}

/// A function in the provider's own list.
pub(super) struct AnnouncedFunction(pub(super) Box<dyn DynamicFunction>);

#[async_trait]
impl Function for AnnouncedFunction {
    type Input<'a> = Vec<Tree>;
    type Output<'a> = Tree;

    fn schema(&self, diags: &mut Diagnostics) -> Option<FunctionSchema> {
        self.0.schema(diags)
    }

    async fn call<'a>(&self, diags: &mut Diagnostics, arguments: Vec<Tree>) -> Option<Tree> {
        let mut raw = Vec::with_capacity(arguments.len());
        for argument in arguments {
            raw.push(raw!(diags, argument));
        }
        let result = self.0.call(diags, raw).await?;
        Some(tree!(diags, result))
    }
}

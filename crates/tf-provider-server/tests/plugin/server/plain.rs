//! A managed resource that uses all defaults.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::{AttributeConstraint, AttributeType, Block, Description, Schema};
use tf_provider::value::{ValueEmpty, ValueString};
use tf_provider::{AttributePath, Diagnostics, Resource};
use tf_provider_server::{IdentityAttribute, IdentitySchema, ManagedResource};

use crate::item::{attribute, attributes};

/// A resource that uses all defaults.
pub(crate) struct Plain;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PlainState<'a> {
    #[serde(borrow)]
    name: ValueString<'a>,
    size: i64,
}

#[async_trait]
impl Resource for Plain {
    type State<'a> = PlainState<'a>;
    type PrivateState<'a> = ();
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        use AttributeConstraint::Required;
        Some(Schema {
            version: 1,
            block: Block {
                attributes: attributes([
                    ("name", attribute(AttributeType::String, Required)),
                    ("size", attribute(AttributeType::Number, Required)),
                ]),
                description: Description::plain("A plain one."),
                ..Block::default()
            },
        })
    }

    async fn read<'a>(
        &self,
        _: &mut Diagnostics,
        state: PlainState<'a>,
        (): (),
        _: ValueEmpty,
    ) -> Option<(PlainState<'a>, ())> {
        Some((state, ()))
    }

    async fn plan_create<'a>(
        &self,
        _: &mut Diagnostics,
        proposed: PlainState<'a>,
        _: PlainState<'a>,
        _: ValueEmpty,
    ) -> Option<(PlainState<'a>, ())> {
        Some((proposed, ()))
    }

    async fn plan_update<'a>(
        &self,
        _: &mut Diagnostics,
        _: PlainState<'a>,
        proposed: PlainState<'a>,
        _: PlainState<'a>,
        (): (),
        _: ValueEmpty,
    ) -> Option<(PlainState<'a>, (), Vec<AttributePath>)> {
        Some((proposed, (), vec![]))
    }

    async fn plan_destroy<'a>(
        &self,
        _: &mut Diagnostics,
        _: PlainState<'a>,
        (): (),
        _: ValueEmpty,
    ) -> Option<()> {
        Some(())
    }

    async fn create<'a>(
        &self,
        _: &mut Diagnostics,
        planned: PlainState<'a>,
        _: PlainState<'a>,
        (): (),
        _: ValueEmpty,
    ) -> Option<(PlainState<'a>, ())> {
        Some((planned, ()))
    }

    async fn update<'a>(
        &self,
        _: &mut Diagnostics,
        _: PlainState<'a>,
        planned: PlainState<'a>,
        _: PlainState<'a>,
        (): (),
        _: ValueEmpty,
    ) -> Option<(PlainState<'a>, ())> {
        Some((planned, ()))
    }

    async fn destroy<'a>(
        &self,
        _: &mut Diagnostics,
        _: PlainState<'a>,
        (): (),
        _: ValueEmpty,
    ) -> Option<()> {
        Some(())
    }
}

impl ManagedResource for Plain {
    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(IdentitySchema {
            version: 1,
            attributes: vec![IdentityAttribute {
                name: "name".to_owned(),
                attr_type: AttributeType::String,
                required_for_import: true,
                optional_for_import: false,
                description: "The name.".to_owned(),
            }],
        })
    }
}

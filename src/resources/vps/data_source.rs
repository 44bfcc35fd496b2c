//! The data sources `hostup_vps`, one server by id, name or address, and `hostup_vps_instances`,
//! all of them or those that two filters let through.
//!
//! The quirk to know: HostUp's names are not unique and its filter ignores case. A name that
//! several servers have names none of them.

use std::net::IpAddr;

use async_trait::async_trait;
use hostup_client::{VpsFilter, VpsInstance};
use tf_provider::value::Value;

use crate::framework::data_source::{DataSource, exactly_one_of, not_empty};
use crate::framework::diagnostics::{Diagnostic, Diagnostics, bullets, bullets_of_some};
use crate::framework::guide::Section;
use crate::framework::resource::Context;

use super::model::{InstancesModel, VpsModel};

/// The data source `hostup_vps`.
#[derive(Debug)]
pub struct VpsDataSource;

/// The data source `hostup_vps_instances`.
#[derive(Debug)]
pub struct InstancesDataSource;

#[async_trait]
impl DataSource for VpsDataSource {
    const TYPE: &'static str = "hostup_vps";
    type Model = VpsModel;

    fn validate(config: &VpsModel, diagnostics: &mut Diagnostics) {
        exactly_one_of(
            [
                ("id", &config.id),
                ("name", &config.name),
                ("primary_ip", &config.primary_ip),
            ],
            diagnostics,
        );
        address(&config.primary_ip, diagnostics);
    }

    async fn look_up(&self, context: &Context, config: VpsModel) -> Result<VpsModel, Diagnostic> {
        let vps = context.client.vps();
        if let Value::Value(id) = &config.id {
            let found = vps.get_opt(&context.operation, id).await?;
            if let Some(found) = &found {
                return Ok(VpsModel::from(found));
            }
            let existing = existing(context).await;
            return Err(
                Diagnostic::without_summary(format!("the account has no server `{id}`"))
                    .at_attribute("id")
                    .hint(
                        Section::Lookups,
                        format!(
                            "a server's id begins with `vps_`; to look for its name, set `name` \
                             instead{existing}"
                        ),
                    ),
            );
        }
        let listed = vps
            .list(
                &context.operation,
                &filter(&config.name, &config.primary_ip),
            )
            .await?;
        let (attribute, value) = match (&config.name, &config.primary_ip) {
            (Value::Value(name), _) => ("name", name),
            (_, Value::Value(address)) => ("primary_ip", address),
            _ => ("name", &String::new()),
        };
        if listed.is_empty() {
            return Err(nothing(attribute, value, &existing(context).await));
        }
        let mut found = only_one(&listed, attribute, value)?;
        if attribute == "name" {
            // A configured value comes back as it was written.
            found.name = config.name;
        }
        Ok(found)
    }
}

#[async_trait]
impl DataSource for InstancesDataSource {
    const TYPE: &'static str = "hostup_vps_instances";
    type Model = InstancesModel;

    fn validate(config: &InstancesModel, diagnostics: &mut Diagnostics) {
        not_empty(
            [("name", &config.name), ("primary_ip", &config.primary_ip)],
            diagnostics,
        );
        address(&config.primary_ip, diagnostics);
    }

    async fn look_up(
        &self,
        context: &Context,
        config: InstancesModel,
    ) -> Result<InstancesModel, Diagnostic> {
        let filter = filter(&config.name, &config.primary_ip);
        let listed = context
            .client
            .vps()
            .list(&context.operation, &filter)
            .await?;
        Ok(InstancesModel {
            instances: Value::Value(listed.iter().map(VpsModel::from).collect()),
            ..config
        })
    }
}

fn filter(name: &Value<String>, primary_ip: &Value<String>) -> VpsFilter {
    VpsFilter {
        name: name.as_ref_option().cloned(),
        primary_ip: primary_ip.as_ref_option().cloned(),
    }
}

/// Reports a text that is not an address: HostUp would find no server for it.
fn address(text: &Value<String>, diagnostics: &mut Diagnostics) {
    if let Value::Value(text) = text
        && !text.trim().is_empty()
        && text.parse::<IpAddr>().is_err()
    {
        diagnostics.error(
            Diagnostic::new(
                "Invalid address",
                format!("`{text}` is not an IP address, such as `192.0.2.10`"),
            )
            .at_attribute("primary_ip")
            .section(Section::Configuration),
        );
    }
}

/// Returns the account's servers, at most ten, to end a hint. Returns nothing if there is none, or
/// if they cannot be read: then the hint is shorter.
async fn existing(context: &Context) -> String {
    let all = VpsFilter::default();
    let listed = context.client.vps().list(&context.operation, &all).await;
    let servers = listed.as_deref().unwrap_or_default().iter();
    let lines = bullets_of_some(servers.map(|server| {
        let name = server.name.as_deref().unwrap_or("none");
        format!("`{name}` (`{}`)", server.id)
    }));
    if lines.is_empty() {
        lines
    } else {
        format!("; these are the account's servers:{lines}")
    }
}

fn nothing(attribute: &'static str, value: &str, existing: &str) -> Diagnostic {
    Diagnostic::without_summary(format!(
        "no server of the account has the {attribute} `{value}`"
    ))
    .at_attribute(attribute)
    .hint(
        Section::Lookups,
        format!("check the spelling, and which account the key belongs to{existing}"),
    )
}

fn only_one(
    listed: &[VpsInstance],
    attribute: &'static str,
    value: &str,
) -> Result<VpsModel, Diagnostic> {
    match listed {
        [only] => Ok(VpsModel::from(only)),
        [] => Err(nothing(attribute, value, "")),
        [..] => {
            let servers = listed.iter().map(|it| {
                let [name, address] =
                    [&it.name, &it.primary_ip].map(|it| it.as_deref().unwrap_or("none"));
                format!("`{}` (name `{name}`, address `{address}`)", it.id)
            });
            Err(Diagnostic::without_summary(format!(
                "{} servers of the account have the {attribute} `{value}`",
                listed.len()
            ))
            .at_attribute(attribute)
            .hint(
                Section::Lookups,
                format!("set `id` to one of them instead:{}", bullets(servers)),
            ))
        }
    }
}

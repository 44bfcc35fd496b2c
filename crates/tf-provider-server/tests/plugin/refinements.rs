//! Refinements of unknown values: those of the configuration are kept, and attributes that are
//! never null are refined.

use serde_json::{Value as Json, json};

use crate::client::values::{PREFIXED, REFINED, UNKNOWN, item, read as json_of, value};
use crate::client::{Provider, assert_no_diagnostics, served};
use crate::protocol::tfplugin6::plan_resource_change as plan;

async fn planned(provider: &mut Provider, prior: Json, config: &Json) -> Json {
    let request = plan::Request {
        type_name: "test_item".to_owned(),
        prior_state: value(&prior),
        proposed_new_state: value(config),
        config: value(config),
        ..Default::default()
    };
    let response = provider.plan_resource_change(request).await;
    let response = response.unwrap().into_inner();
    assert_no_diagnostics(&response.diagnostics);
    json_of(response.planned_state.as_ref())
}

#[tokio::test]
async fn refinements_of_the_configuration_are_in_the_plan() {
    let (_server, mut provider) = served().await;
    let config = item(json!({
        "name": PREFIXED, "secret": REFINED, "size": UNKNOWN, "tags": ["a", PREFIXED, UNKNOWN],
        "place": {"row": REFINED, "label": PREFIXED},
        "parts": [{"kind": PREFIXED, "weight": 1}, {"kind": UNKNOWN, "weight": 2}],
    }));
    let existing = item(json!({"id": "item-1", "note": "n"}));
    for prior in [Json::Null, existing] {
        let planned = planned(&mut provider, prior, &config).await;
        for attribute in ["name", "secret", "size", "tags", "place", "parts"] {
            assert_eq!(planned[attribute], config[attribute], "{attribute}");
        }
    }
}

#[tokio::test]
async fn attributes_that_are_never_null_are_refined_in_the_plan() {
    let (_server, mut provider) = served().await;
    let config = item(json!({
        "place": {"row": UNKNOWN, "label": UNKNOWN},
        "parts": [{"kind": UNKNOWN, "weight": UNKNOWN}],
    }));
    let planned = planned(&mut provider, Json::Null, &config).await;
    assert_eq!(planned["id"], REFINED);
    // The resource does not declare this attribute.
    assert_eq!(planned["note"], UNKNOWN);
    assert_eq!(planned["place"], json!({"row": UNKNOWN, "label": REFINED}));
    assert_eq!(
        planned["parts"],
        json!([{"kind": UNKNOWN, "weight": REFINED}])
    );
}

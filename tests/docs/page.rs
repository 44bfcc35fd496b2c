//! The pages, in the layout and with the front matter that the registry's own generator writes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::{examples, members};

/// A page: its path from the repository's root, and its text.
type Page = (String, String);

/// Returns every page of the provider. `imports` are the import examples.
pub(crate) fn all(provider: &Value, imports: &BTreeMap<String, String>) -> Vec<Page> {
    let mut pages = vec![index(&provider["provider"])];
    for (name, schema) in members(&provider["resource_schemas"]) {
        let identity = &provider["resource_identity_schemas"][name];
        pages.push(resource(name, schema, identity, imports));
    }
    for (name, schema) in members(&provider["data_source_schemas"]) {
        pages.push(data_source(name, schema));
    }
    for (name, schema) in members(&provider["list_resource_schemas"]) {
        pages.push(list_resource(name, schema));
    }
    for (name, signature) in members(&provider["functions"]) {
        pages.push(function(name, signature));
    }
    pages
}

/// The index, from its template.
fn index(schema: &Value) -> Page {
    let block = &schema["block"];
    let text = examples::read("templates/index.md.tmpl")
        .replace("{{ .Description }}", &description(block))
        .replace(
            "{{ tffile \"examples/provider/provider.tf\" }}",
            &fenced("examples/provider/provider.tf"),
        )
        .replace(
            "{{ .SchemaMarkdown | trimspace }}",
            attributes(block).trim_end(),
        );
    assert!(
        !text.contains("{{"),
        "the template has an unknown placeholder"
    );
    let text = front_matter("hostup Provider", &description(block)) + &text;
    ("docs/index.md".to_owned(), text)
}

/// The beginning of a page: front matter, heading, description.
fn head(name: &str, kind: &str, block: &Value) -> String {
    let description = description(block);
    let front_matter = front_matter(&format!("{name} {kind} - hostup"), &description);
    format!("{front_matter}# {name} ({kind})\n\n{description}\n\n")
}

fn resource(
    name: &str,
    schema: &Value,
    identity: &Value,
    imports: &BTreeMap<String, String>,
) -> Page {
    let block = &schema["block"];
    let mut text = head(name, "Resource", block);
    text += &example(&format!("examples/resources/{name}/resource.tf"));
    text += &attributes(block);
    text += &timeouts(block);
    text += &import(name, identity, imports);
    (format!("docs/resources/{}.md", short(name)), text)
}

fn data_source(name: &str, schema: &Value) -> Page {
    let block = &schema["block"];
    let mut text = head(name, "Data Source", block);
    text += &example(&format!("examples/data-sources/{name}/data-source.tf"));
    text += &attributes(block);
    (format!("docs/data-sources/{}.md", short(name)), text)
}

fn list_resource(name: &str, schema: &Value) -> Page {
    let block = &schema["block"];
    let mut text = head(name, "List Resource", block);
    text += "This list is for `terraform query`, which needs Terraform 1.14 or newer. \
             [Adopting an existing account](../guides/adopting-an-account.md) shows every step, \
             also for OpenTofu.\n\n";
    text += &example(&format!(
        "examples/list-resources/{name}/list-resource.tfquery.hcl"
    ));
    text += &attributes(block);
    (format!("docs/list-resources/{}.md", short(name)), text)
}

fn function(name: &str, signature: &Value) -> Page {
    let summary = signature["summary"].as_str().unwrap_or_default();
    let mut text = front_matter(&format!("{name} function - hostup"), summary);
    let _ = write!(
        text,
        "# function: {name}\n\n{}\n\n",
        signature["description"].as_str().unwrap_or(summary)
    );
    text += &example(&format!("examples/functions/{name}/function.tf"));
    let parameters = signature["parameters"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let signed: Vec<_> = parameters
        .iter()
        .map(|parameter| {
            format!(
                "{} {}",
                string(&parameter["name"]),
                type_name(&parameter["type"]).to_lowercase()
            )
        })
        .collect();
    let _ = write!(
        text,
        "## Signature\n\n```text\n{name}({}) {}\n```\n\n## Arguments\n\n",
        signed.join(", "),
        type_name(&signature["return_type"]).to_lowercase()
    );
    for (index, parameter) in parameters.iter().enumerate() {
        let _ = writeln!(
            text,
            "{}. `{}` ({}) {}",
            index + 1,
            string(&parameter["name"]),
            type_name(&parameter["type"]),
            string(&parameter["description"])
        );
    }
    (format!("docs/functions/{name}.md"), text)
}

fn front_matter(title: &str, description: &str) -> String {
    let plain = description.replace(['`', '*'], "");
    let first = plain.lines().next().unwrap_or_default();
    format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n  {first}\n---\n\n")
}

fn example(path: &str) -> String {
    format!("## Example Usage\n\n{}\n\n", fenced(path))
}

fn fenced(path: &str) -> String {
    format!("```terraform\n{}\n```", examples::read(path).trim_end())
}

/// The schema of a block: required, optional and read-only attributes, then nested ones.
fn attributes(block: &Value) -> String {
    let mut text = "## Schema\n".to_owned();
    if members(&block["attributes"]).next().is_none() {
        return text + "\nThere are no arguments.\n";
    }
    let mut nested = Vec::new();
    text += &groups(&block["attributes"], "", "\n### ", "\n\n", &mut nested);
    // Nested schemas follow in the order of the attributes, each with those below it.
    let mut open: Vec<_> = nested.into_iter().rev().collect();
    while let Some((path, schema)) = open.pop() {
        let anchor = path.replace('.', "--");
        let _ = write!(
            text,
            "\n<a id=\"nestedatt--{anchor}\"></a>\n### Nested Schema for `{path}`\n"
        );
        let mut below = Vec::new();
        text += &groups(
            &schema["attributes"],
            &format!("{path}."),
            "\n",
            ":\n\n",
            &mut below,
        );
        open.extend(below.into_iter().rev());
    }
    text
}

fn groups(
    attributes: &Value,
    path: &str,
    before: &str,
    after: &str,
    nested: &mut Vec<(String, Value)>,
) -> String {
    let mut text = String::new();
    for kind in ["Required", "Optional", "Read-Only"] {
        let lines: Vec<_> = members(attributes)
            .filter(|(_, attribute)| kind_of(attribute) == kind)
            .map(|(name, attribute)| {
                let full = format!("{path}{name}");
                let mut line = format!(
                    "- `{name}` ({}) {}",
                    label(attribute),
                    string(&attribute["description"])
                );
                if attribute["nested_type"].is_object() {
                    let _ = write!(
                        line,
                        " (see [below for nested schema](#nestedatt--{}))",
                        full.replace('.', "--")
                    );
                    nested.push((full, attribute["nested_type"].clone()));
                }
                line
            })
            .collect();
        if !lines.is_empty() {
            let _ = writeln!(text, "{before}{kind}{after}{}", lines.join("\n"));
        }
    }
    text
}

fn kind_of(attribute: &Value) -> &'static str {
    if attribute["required"] == true {
        "Required"
    } else if attribute["optional"] == true {
        "Optional"
    } else {
        "Read-Only"
    }
}

fn label(attribute: &Value) -> String {
    let mut label = match attribute["nested_type"]["nesting_mode"].as_str() {
        Some("single") => "Attributes".to_owned(),
        Some("list") => "Attributes List".to_owned(),
        Some("set") => "Attributes Set".to_owned(),
        Some("map") => "Attributes Map".to_owned(),
        _ => type_name(&attribute["type"]),
    };
    for (flag, word) in [("sensitive", "Sensitive"), ("deprecated", "Deprecated")] {
        if attribute[flag] == true {
            let _ = write!(label, ", {word}");
        }
    }
    label
}

fn type_name(value: &Value) -> String {
    match value {
        Value::String(name) => match name.as_str() {
            "string" => "String".to_owned(),
            "number" => "Number".to_owned(),
            "bool" => "Boolean".to_owned(),
            other => other.to_owned(),
        },
        Value::Array(parts) => match parts.first().and_then(Value::as_str) {
            Some("list") => format!("List of {}", type_name(&parts[1])),
            Some("set") => format!("Set of {}", type_name(&parts[1])),
            Some("map") => format!("Map of {}", type_name(&parts[1])),
            _ => "Object".to_owned(),
        },
        _ => "Dynamic".to_owned(),
    }
}

/// The section on time-outs, when the resource has any.
fn timeouts(block: &Value) -> String {
    if !block["attributes"]["timeouts"].is_object() {
        return String::new();
    }
    "\n## Timeouts\n\nEvery operation has a time limit, which includes waiting for HostUp, waiting \
     for a rate limit, and retries. [`timeouts`](#nestedatt--timeouts) changes the defaults, as in \
     `timeouts = { create = \"15m\" }`. An operation that exceeds its limit fails, and the error \
     says how to continue.\n"
        .to_owned()
}

/// The section on import.
fn import(name: &str, identity: &Value, imports: &BTreeMap<String, String>) -> String {
    let mut text = "\n## Import\n\nImport is supported using the following syntax:\n\n".to_owned();
    let file = |file: &str| imports[&format!("examples/resources/{name}/{file}")].trim_end();
    let _ = write!(
        text,
        "In Terraform v1.12.0 and later, and OpenTofu v1.12.0 and later, the `import` block can \
         be used with the `identity` \
         attribute, for example:\n\n```terraform\n{}\n```\n\n\
         ### Identity Schema\n\n#### Required\n\n",
        file("import-by-identity.tf")
    );
    for (attribute, schema) in members(&identity["attributes"]) {
        let _ = writeln!(
            text,
            "- `{attribute}` ({}) {}",
            type_name(&schema["type"]),
            string(&schema["description"])
        );
    }
    let _ = write!(
        text,
        "\nThe `import` block can be used with the `id` attribute, for example:\n\n\
         ```terraform\n{}\n```\n\n\
         The `terraform import` command (`tofu import`) can be used, for example:\n\n\
         ```shell\n{}\n```\n",
        file("import-by-string-id.tf"),
        file("import.sh")
    );
    text
}

fn description(block: &Value) -> String {
    string(&block["description"])
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn short(name: &str) -> &str {
    name.strip_prefix("hostup_").unwrap_or(name)
}

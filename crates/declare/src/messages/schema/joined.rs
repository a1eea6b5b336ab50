//! Putting schema files together, see the module's text.

use uppsala::XsdValidator;

use super::{DSIG, SchemaDefect};

/// Joins schema files of one namespace into one schema document. The `xs:include` and
/// `xs:import` lines stay in: without a base path the validator passes over them.
pub(super) fn join(sources: &[&str]) -> Result<String, SchemaDefect> {
    let (last, parts) = sources.split_last().ok_or_else(|| defect("no schema"))?;
    let (head, body, tail) = split(last)?;
    let mut all = String::with_capacity(sources.iter().map(|s| s.len()).sum());
    all.push_str(head);
    for part in parts {
        all.push_str(split(part)?.1);
    }
    // `ref="ds:Signature"` keeps its minOccurs.
    all.push_str(&body.replace(
        r#"<xs:element ref="ds:Signature""#,
        &format!(r#"<xs:any namespace="{DSIG}" processContents="skip""#),
    ));
    all.push_str(tail);
    Ok(all)
}

/// A schema file up to and with the opening tag, its content, and the closing tag.
fn split(schema: &str) -> Result<(&str, &str, &str), SchemaDefect> {
    let broken = || defect("no xs:schema element");
    let tag = schema.find("<xs:schema").ok_or_else(broken)?;
    let open = tag + schema[tag..].find('>').ok_or_else(broken)? + 1;
    let close = schema.rfind("</xs:schema>").filter(|&c| c >= open).ok_or_else(broken)?;
    Ok((&schema[..open], &schema[open..close], &schema[close..]))
}

pub(super) fn validator(schema: &str) -> Result<XsdValidator, SchemaDefect> {
    let doc = uppsala::parse(schema).map_err(|e| defect(&e.to_string()))?;
    XsdValidator::from_schema(&doc).map_err(|e| defect(&e.to_string()))
}

fn defect(text: &str) -> SchemaDefect {
    SchemaDefect(text.to_owned())
}

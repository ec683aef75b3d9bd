//! `threshold-order`: a threshold of channels that has no effect, or the opposite of what it is for.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::Manifest,
    source::Span,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let channels = &manifest.channels;
    let mut report = |span: Span, message: String, help: String| {
        diagnostics.push(Diagnostic::new(Code::ThresholdOrder, span, message).help(help));
    };
    let thresholds = [
        ("json_threshold", channels.json_threshold, channels.json_span),
        ("raw_threshold", channels.raw_threshold, channels.raw_span),
    ];
    let mut is_odd = false;
    for (key, threshold, span) in thresholds {
        let Some(span) = span else { continue };
        if threshold == 0 {
            is_odd = true;
            let message = format!("with a `{key}` of 0 the page fetches even the smallest message");
            let help = "small messages are quicker when they are pushed: leave the key out for its default";
            report(span, message, help.to_owned());
        } else if threshold > manifest.limits.payload {
            is_odd = true;
            let limit = manifest.limits.payload;
            let message = format!(
                "`{key}` has no effect: no message is larger than `limits.payload`, {limit} bytes"
            );
            report(
                span,
                message,
                format!("write a smaller number than {limit}, or leave the key out"),
            );
        }
    }
    let span = channels.raw_span.or(channels.json_span);
    if let (Some(span), false) = (span, is_odd)
        && channels.raw_threshold > channels.json_threshold
    {
        let (raw, json) = (channels.raw_threshold, channels.json_threshold);
        // Pushed bytes travel as the text of a list of numbers.
        let message = format!(
            "raw messages are pushed up to {raw} bytes and JSON only up to {json}, though pushing bytes costs more"
        );
        report(span, message, "give `raw_threshold` the smaller number of the two".to_owned());
    }
}

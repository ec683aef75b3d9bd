//! Classes of labels: a walk through all patterns at once, shortest labels first.

use super::{
    Budget, Class, TooManyClasses,
    trie::{At, Trie},
};
use crate::{
    name::{Label, MAX_NAME_BYTES},
    pattern::LabelPattern,
};
use fixedbitset::FixedBitSet;
use regex_automata::{
    Anchored, MatchKind,
    dfa::{Automaton, StartKind, dense},
    nfa::thompson,
    util::{primitives::StateID, start, syntax},
};
use std::{borrow::Cow, collections::HashSet};

/// The characters of labels, those that read best first.
const CHARACTERS: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_:/";

/// What one byte of an automaton costs; it is built before anybody asks for its states.
const STEPS_A_BYTE: usize = 2;
/// What it costs to look at all characters in one state.
const STEPS_A_STATE: usize = 8;

/// All labels, sorted by which of the patterns match them. One class is that of labels which nothing matches, if
/// there are any.
///
/// Cost grows with the characters of literal patterns and of those whose only wildcard is a star at the end, times
/// the states of an automaton for the others, which the budget bounds.
pub fn label_classes(
    patterns: &[&LabelPattern],
    budget: &mut Budget,
) -> Result<Vec<Class<Label>>, TooManyClasses> {
    let mut trie = Trie::new();
    let mut globs = Vec::new();
    for (index, pattern) in patterns.iter().enumerate() {
        if let Some(prefix) = pattern.prefix() {
            trie.add_prefix(prefix, index);
        } else if let Some(regex) = pattern.regex() {
            globs.push((index, regex));
        } else {
            trie.add_literal(pattern.as_str(), index);
        }
    }
    let globs = if globs.is_empty() { None } else { Some(Globs::new(&globs, budget)?) };
    Patterns { trie, globs, count: patterns.len() }.classes(budget)
}

/// The patterns that are no literals with or without a star at the end, in one automaton.
struct Globs {
    dfa: dense::DFA<Vec<u32>>,
    start: StateID,
    /// The automaton's number of a pattern is a place in this list.
    patterns: Vec<usize>,
}

impl Globs {
    fn new(globs: &[(usize, Cow<'_, str>)], budget: &mut Budget) -> Result<Self, TooManyClasses> {
        let limit = Some(budget.0 / STEPS_A_BYTE);
        let config = dense::Config::new()
            .start_kind(StartKind::Anchored)
            .match_kind(MatchKind::All)
            .accelerate(false)
            .dfa_size_limit(limit)
            .determinize_size_limit(limit);
        let texts: Vec<_> = globs.iter().map(|(_, regex)| regex.as_ref()).collect();
        let dfa = dense::Builder::new()
            .configure(config)
            // As globset reads its expressions.
            .syntax(syntax::Config::new().utf8(false).dot_matches_new_line(true))
            .thompson(thompson::Config::new().utf8(false).nfa_size_limit(limit))
            .build_many(&texts)
            .map_err(|_| TooManyClasses)?;
        budget.spend(dfa.memory_usage().saturating_mul(STEPS_A_BYTE))?;
        let anchored = start::Config::new().anchored(Anchored::Yes);
        let start = dfa.start_state(&anchored).map_err(|_| TooManyClasses)?;
        Ok(Self { dfa, start, patterns: globs.iter().map(|(index, _)| *index).collect() })
    }

    fn collect(&self, state: StateID, members: &mut Vec<usize>) {
        let end = self.dfa.next_eoi_state(state);
        if self.dfa.is_match_state(end) {
            let matches =
                (0..self.dfa.match_len(end)).map(|nth| self.dfa.match_pattern(end, nth).as_usize());
            members.extend(matches.filter_map(|number| self.patterns.get(number).copied()));
        }
    }
}

struct Patterns {
    trie: Trie,
    globs: Option<Globs>,
    count: usize,
}

/// Where a label that is read has come to, in the tree and in the automaton.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct State(At, StateID);

/// One step of the walk: labels are read off by following the parents.
struct Step {
    state: State,
    parent: usize,
    byte: u8,
    length: usize,
}

impl Patterns {
    fn start(&self) -> State {
        State(Trie::root(), self.globs.as_ref().map_or(StateID::ZERO, |globs| globs.start))
    }

    fn next(&self, State(at, state): State, byte: u8) -> (State, bool) {
        let (at, is_alone) = self.trie.step(at, byte);
        let state = self.globs.as_ref().map_or(state, |globs| globs.dfa.next_state(state, byte));
        (State(at, state), is_alone)
    }

    /// The patterns that match a label which ends here, in order.
    fn members(&self, State(at, state): State) -> Vec<usize> {
        let mut members = Vec::new();
        self.trie.collect(at, &mut members);
        if let Some(globs) = &self.globs {
            globs.collect(state, &mut members);
        }
        members.sort_unstable();
        members
    }

    fn members_of(&self, label: &str) -> Vec<usize> {
        self.members(label.bytes().fold(self.start(), |state, byte| self.next(state, byte).0))
    }

    /// One character for each way on, the most readable one.
    fn ways(&self, from: State) -> impl Iterator<Item = (State, u8)> {
        let mut seen = [false; 256];
        CHARACTERS.iter().filter_map(move |byte| {
            let (state, is_alone) = self.next(from, *byte);
            let class = self.globs.as_ref().map_or(0, |globs| globs.dfa.byte_classes().get(*byte));
            let is_new = is_alone
                || seen
                    .get_mut(usize::from(class))
                    .is_some_and(|seen| !std::mem::replace(seen, true));
            is_new.then_some((state, *byte))
        })
    }

    /// Every state that a label leads to is visited once, by a shortest label; a class is a set of states.
    fn classes(&self, budget: &mut Budget) -> Result<Vec<Class<Label>>, TooManyClasses> {
        let mut classes = Vec::new();
        let mut found = HashSet::new();
        let mut visited = HashSet::new();
        let mut steps = vec![Step { state: self.start(), parent: 0, byte: 0, length: 0 }];
        let mut next = 0;
        while let Some(&Step { state, length, .. }) = steps.get(next) {
            if length > 0 {
                let members = self.members(state);
                budget.spend(members.len())?;
                if !found.contains(&members) {
                    let mut set = FixedBitSet::with_capacity(self.count);
                    budget.spend(set.as_slice().len())?;
                    set.extend(members.iter().copied());
                    let witness = self.witness(&steps, next, &members).ok_or(TooManyClasses)?;
                    classes.push(Class { witness, members: set });
                    found.insert(members);
                }
            }
            if length < MAX_NAME_BYTES {
                budget.spend(STEPS_A_STATE)?;
                for (state, byte) in self.ways(state) {
                    if visited.insert(state) {
                        steps.push(Step { state, parent: next, byte, length: length + 1 });
                    }
                }
            }
            next += 1;
        }
        Ok(classes)
    }

    /// The label that leads to a step, or one that says more and is in the same class.
    fn witness(&self, steps: &[Step], last: usize, members: &[usize]) -> Option<Label> {
        let way = std::iter::successors(steps.get(last), |step| steps.get(step.parent));
        let mut text: Vec<u8> =
            way.take_while(|step| step.length > 0).map(|step| step.byte).collect();
        text.reverse();
        let shortest = String::from_utf8(text).ok()?;
        let telling = if shortest.len() == 1 {
            vec!["other".to_owned()]
        } else if shortest.ends_with(|c: char| c.is_ascii_alphanumeric()) {
            vec![]
        } else {
            ["1", "a"].map(|more| format!("{shortest}{more}")).to_vec()
        };
        let is_alike = |text: &&String| self.members_of(text) == members;
        let label = telling.iter().find(is_alike).unwrap_or(&shortest);
        label.parse().or_else(|_| shortest.parse()).ok()
    }
}

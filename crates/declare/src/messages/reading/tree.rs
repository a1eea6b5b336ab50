//! A message as a tree of elements.

use std::borrow::Cow;

/// The namespace of an element, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// That of the messages.
    Ceb,
    /// That of signatures.
    Signature,
    /// None: no prefix, and no default.
    None,
    /// Another one, or a prefix that stands for none.
    Other,
}

/// The elements of a message in document order; the first is the root.
#[derive(Debug)]
pub struct Tree<'t> {
    pub(super) nodes: Vec<Node<'t>>,
    /// The root's attributes that declare no namespace.
    pub(super) attributes: Vec<(String, String)>,
}

#[derive(Debug)]
pub(super) struct Node<'t> {
    /// The local name.
    pub(super) name: &'t str,
    pub(super) text: Cow<'t, str>,
    pub(super) line: u32,
    pub(super) parent: u32,
    /// Which of the siblings of its name it is, from 1.
    pub(super) position: u32,
    /// Behind the last element inside.
    pub(super) end: u32,
    pub(super) namespace: Namespace,
}

/// One element of a [`Tree`].
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    tree: &'a Tree<'a>,
    index: usize,
}

impl<'t> Tree<'t> {
    /// The root element.
    pub fn root(&self) -> Element<'_> {
        Element { tree: self, index: 0 }
    }

    /// An attribute of the root, such as `guid`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }
}

impl Tree<'_> {
    /// Whether a later sibling has the same name; the next one mostly has, or none.
    fn is_followed_by_its_like(&self, index: usize, parent: usize) -> bool {
        let (name, last) = (self.nodes[index].name, self.nodes[parent].end as usize);
        let mut next = self.nodes[index].end as usize;
        while next < last {
            if self.nodes[next].name == name {
                return true;
            }
            next = self.nodes[next].end as usize;
        }
        false
    }
}

impl<'a> Element<'a> {
    fn node(&self) -> &'a Node<'a> {
        // An element is only ever made for a node that is there.
        &self.tree.nodes[self.index]
    }

    /// Its local name.
    pub fn name(&self) -> &'a str {
        self.node().name
    }

    /// Its namespace.
    pub fn namespace(&self) -> Namespace {
        self.node().namespace
    }

    /// Its own text, as it stands; what is inside other elements of it is not in it.
    pub fn text(&self) -> &'a str {
        &self.node().text
    }

    /// The line of its start, from 1.
    pub fn line(&self) -> u64 {
        u64::from(self.node().line)
    }

    /// The elements directly inside.
    pub fn children(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let (tree, end) = (self.tree, self.node().end as usize);
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let index = next;
            (index < end).then(|| {
                next = tree.nodes[index].end as usize;
                Element { tree, index }
            })
        })
    }

    /// The first element directly inside with this local name.
    pub fn child(&self, name: &str) -> Option<Element<'a>> {
        self.children().find(|child| child.name() == name)
    }

    /// The text of the first such element without the white space round it; nothing when that leaves nothing.
    pub fn field(&self, name: &str) -> Option<&'a str> {
        let text = self.child(name)?.text().trim();
        (!text.is_empty()).then_some(text)
    }

    /// Whether there are elements inside.
    pub fn has_children(&self) -> bool {
        self.node().end as usize > self.index + 1
    }

    /// Where it is: `/CEB622Message/InventoryReturn[2]/returnTime`. A position is given where an element has siblings of
    /// its name; positions count from 1.
    pub fn path(&self) -> String {
        let mut steps = Vec::new();
        let mut index = self.index;
        loop {
            let node = &self.tree.nodes[index];
            if index == 0 {
                steps.push(format!("/{}", node.name));
                break;
            }
            let parent = node.parent as usize;
            let is_one_of_many = node.position > 1 || self.tree.is_followed_by_its_like(index, parent);
            steps.push(if is_one_of_many {
                format!("/{}[{}]", node.name, node.position)
            } else {
                format!("/{}", node.name)
            });
            index = parent;
        }
        steps.reverse();
        steps.concat()
    }
}

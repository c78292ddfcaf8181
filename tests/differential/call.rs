//! Random calls, made from the facts of the crate's table of functions.

use aqua_alerts::promql::functions::{self, Function};
use aqua_alerts::promql::syntax::types::ValueType;

use crate::query::Generator;

impl Generator<'_> {
    /// The functions that the dialect has and that `like` holds for.
    fn known(&self, like: impl Fn(&Function) -> bool) -> Vec<&'static Function> {
        let version = self.dialect.version;
        let experimental = self.dialect.features.experimental_functions;
        let known = |it: &&&Function| {
            it.is_in(version) && (experimental || !it.is_experimental(version))
        };
        functions::all().iter().filter(known).filter(|it| like(it)).copied().collect()
    }

    /// A call of a function of ranges.
    pub fn matrix_call(&mut self, depth: usize) -> String {
        let known = self.known(|it| it.params.contains(&ValueType::Matrix));
        let function = self.rng.pick(&known);
        self.call(function, depth)
    }

    /// A call of a function of vectors, or of one that is none of scalars.
    pub fn vector_call(&mut self, depth: usize) -> String {
        let known = self.known(|it| {
            it.returns == ValueType::Vector && !it.params.contains(&ValueType::Matrix)
        });
        let function = self.rng.pick(&known);
        self.call(function, depth)
    }

    /// A call of a function that gives a scalar.
    pub fn scalar_call(&mut self, depth: usize) -> String {
        let known = self.known(|it| it.returns == ValueType::Scalar);
        let function = self.rng.pick(&known);
        self.call(function, depth)
    }

    /// A call of a function of histograms, on histograms.
    pub fn histogram_call(&mut self, depth: usize) -> String {
        let known = self.known(|it| it.name.starts_with("histogram_"));
        let function = self.rng.pick(&known);
        self.call(function, depth)
    }

    fn call(&mut self, function: &Function, depth: usize) -> String {
        let args = match function.name {
            "label_replace" => self.label_replace(depth),
            "label_join" => self.label_join(depth),
            "info" => self.info(depth),
            "histogram_quantile" => {
                let histogram = self.histogram(depth);
                vec![self.ratio(depth), histogram]
            }
            "histogram_fraction" => {
                let histogram = self.histogram(depth);
                vec![self.number(), self.number(), histogram]
            }
            name if name.starts_with("histogram_") => vec![self.histogram(depth)],
            "quantile_over_time" => vec![self.ratio(depth), self.matrix(depth)],
            "double_exponential_smoothing" => {
                vec![self.matrix(depth), self.factor(), self.factor()]
            }
            _ => self.arguments(function, depth),
        };
        format!("{}({})", function.name, args.join(", "))
    }

    /// Arguments of the types of the parameters.
    fn arguments(&mut self, function: &Function, depth: usize) -> Vec<String> {
        let min = function.min_args();
        let more = function.max_args().map_or(2, |max| max - min);
        let n = min + self.rng.below(more + 1);
        let types: Vec<_> = (0..n).filter_map(|idx| function.param(idx)).collect();
        let argument = |it: ValueType| match it {
            ValueType::Scalar => self.scalar(depth.min(1)),
            ValueType::Vector => self.vector(depth),
            ValueType::Matrix => self.matrix(depth),
            ValueType::String => self.label(),
        };
        types.into_iter().map(argument).collect()
    }

    /// Mostly between 0 and 1.
    pub fn ratio(&mut self, depth: usize) -> String {
        match self.rng.below(12) {
            0 => self.scalar(depth.min(1)),
            1 => (self.rng.pick(&["0", "1", "-1", "2", "NaN", "1.5"])).to_string(),
            2..5 => self.rng.unit().to_string(),
            _ => (self.rng.pick(&["0.5", "0.9", "0.99", "0.25", "0.1"])).to_string(),
        }
    }

    /// Mostly inside 0 and 1.
    fn factor(&mut self) -> String {
        match self.rng.percent(95) {
            true => (self.rng.pick(&["0.1", "0.5", "0.3", "0.9"])).to_string(),
            false => self.number(),
        }
    }

    /// A label name in quotes.
    fn label(&mut self) -> String {
        let labels = ["job", "instance", "code", "le", "team", "none", "__name__"];
        format!("\"{}\"", self.rng.pick(&labels))
    }

    fn label_replace(&mut self, depth: usize) -> Vec<String> {
        let vector = self.vector(depth);
        let target =
            self.rng.pick(&["job", "new", "new", "instance", "__name__", "code", ""]);
        let value = self.rng.pick(&["$1", "x-$1", "${1}y", "const", "", "$2", "$$"]);
        let source = self.rng.pick(&["job", "instance", "code", "none", "__name__"]);
        let regex = self.rng.pick(&["(.*)", "(a)(.*)", "(.)", "d(?P<x>b)?", "[", "a|db"]);
        let (target, source) = (target.to_string(), source.to_string());
        let text = |it: &str| format!("\"{it}\"");
        vec![vector, text(&target), text(value), text(&source), text(regex)]
    }

    fn label_join(&mut self, depth: usize) -> Vec<String> {
        let vector = self.vector(depth);
        let target = self.rng.pick(&["new", "new", "job", "__name__", "le"]);
        let separator = self.rng.pick(&["-", "", ", "]);
        let mut out = vec![vector, format!("\"{target}\""), format!("\"{separator}\"")];
        for _ in 0..self.rng.below(4) {
            out.push(self.label());
        }
        out
    }

    fn info(&mut self, depth: usize) -> Vec<String> {
        let mut out = vec![self.vector(depth)];
        let selectors = [
            "{version=~\".+\"}",
            "{__name__=\"target_info\"}",
            "{version=\"1\"}",
            "{team=~\".+\",__name__=\"owner_info\"}",
            "{__name__=~\".*_info\"}",
        ];
        if self.rng.percent(60) {
            out.push((self.rng.pick(&selectors)).to_string());
        }
        out
    }
}

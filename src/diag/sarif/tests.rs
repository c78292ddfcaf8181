use super::*;

fn example() -> Json {
    let mut sources = SourceMap::new();
    let file = sources.add("a b/ü.toml", "x = \"🐟\" # 1\ny = 2\n");
    let other = sources.add("/tmp/x.yaml", "z\n");
    let fix = Fix {
        title: "write `3`".to_owned(),
        edits: vec![(Span { file, start: 18, end: 19 }, "3".to_owned())],
        safe: true,
    };
    let all = [
        Diagnostic::error("bad", "it is bad")
            .at(Span { file, start: 4, end: 10 }, "here")
            .context(Span { file: other, start: 0, end: 1 }, "because of this")
            .help("write it well")
            .fix(fix),
        Diagnostic::warning("nowhere", "no place"),
    ];
    let all: Vec<&Diagnostic> = all.iter().collect();
    let explain = |code: &str| {
        (code == "bad").then(|| "# `bad`\n\nIt is bad. Really `so`.\n".to_owned())
    };
    log(
        &all,
        &sources,
        &Run { version: "1.2.3", folder: "farm/", explain: &explain, exit: 2 },
    )
}

#[test]
fn messages_become_results() {
    expect_test::expect![[r##"
        {
          "tool": {
            "driver": {
              "name": "aqua-alerts",
              "version": "1.2.3",
              "semanticVersion": "1.2.3",
              "rules": [
                {
                  "id": "bad",
                  "shortDescription": {
                    "text": "It is bad."
                  },
                  "fullDescription": {
                    "text": "It is bad. Really 'so'."
                  },
                  "help": {
                    "text": "# `bad`\n\nIt is bad. Really `so`.\n",
                    "markdown": "# `bad`\n\nIt is bad. Really `so`.\n"
                  }
                },
                {
                  "id": "nowhere",
                  "shortDescription": {
                    "text": "nowhere"
                  }
                }
              ]
            }
          },
          "invocations": [
            {
              "executionSuccessful": false,
              "exitCode": 2
            }
          ],
          "originalUriBaseIds": {
            "SRCROOT": {
              "description": {
                "text": "The folder in which the program was started."
              }
            }
          },
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "ruleId": "bad",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "it is bad\nhere\nhelp: write it well\nhelp: write `3`"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "farm/a%20b/%C3%BC.toml",
                      "uriBaseId": "SRCROOT"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 5,
                      "endLine": 1,
                      "endColumn": 8
                    }
                  }
                }
              ],
              "relatedLocations": [
                {
                  "id": 0,
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "file:///tmp/x.yaml"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 1,
                      "endLine": 1,
                      "endColumn": 2
                    }
                  },
                  "message": {
                    "text": "because of this"
                  }
                }
              ],
              "fixes": [
                {
                  "description": {
                    "text": "write `3`"
                  },
                  "artifactChanges": [
                    {
                      "artifactLocation": {
                        "uri": "farm/a%20b/%C3%BC.toml",
                        "uriBaseId": "SRCROOT"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "startLine": 2,
                            "startColumn": 4,
                            "endLine": 2,
                            "endColumn": 5
                          },
                          "insertedContent": {
                            "text": "3"
                          }
                        }
                      ]
                    }
                  ]
                }
              ]
            },
            {
              "ruleId": "nowhere",
              "ruleIndex": 1,
              "level": "warning",
              "message": {
                "text": "no place"
              }
            }
          ]
        }"##]]
    .assert_eq(&format!("{:#}", example()["runs"][0]));
}

#[test]
fn too_many_results_are_cut_and_counted() {
    let sources = SourceMap::new();
    let warning = Diagnostic::warning("w", "w");
    let error = Diagnostic::error("e", "e");
    let mut all = vec![&warning; MAX_RESULTS];
    all.push(&error);
    let run = Run { version: "1", folder: "", explain: &|_| None, exit: 2 };
    let log = log(&all, &sources, &run);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), MAX_RESULTS);
    assert_eq!(results[0]["ruleId"], "e");
    let said = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(said, "1 more results are not in this log");
}

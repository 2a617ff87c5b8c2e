"""JUnit's XML, as CI servers read it: one test case a policy."""

from __future__ import annotations

import re
from itertools import groupby
from xml.etree import ElementTree as xml

from meshport.policies.types import Failed, Report, Violation
from meshport.standards.policy import Policy, Severity

# What XML 1.0 cannot hold, however it is escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report, fail_on: Severity = "error") -> str:
    """Return the report as XML. A policy with violations at least as severe as `fail_on` has failed."""
    root = xml.Element("testsuites", name="meshport check")
    for kind, policies in groupby(report.policies, key=lambda policy: policy.type):
        suite = xml.SubElement(root, "testsuite", name=kind)
        for policy in policies:
            _case(suite, policy, report, fail_on)
        _count(suite)
    _count(root)
    xml.indent(root)
    return xml.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _case(suite: xml.Element, policy: Policy, report: Report, fail_on: Severity) -> None:
    case = xml.SubElement(suite, "testcase", classname=policy.type, name=policy.name)

    def ours(item: Violation | Failed) -> bool:
        return (item.type, item.policy) == (policy.type, policy.name)

    for broken in filter(ours, report.failed):
        where = broken.path + (f":{broken.line}" if broken.line else "")
        _told(case, "error", broken.reason, f"{where}\n{broken.reason}")
    found = list(filter(ours, report.violations))
    text = "\n".join(map(_line, found))
    if found and (fail_on == "warning" or policy.severity == "error"):
        _told(case, "failure", policy.spec.description, f"{text}\n{policy.spec.fix}")
    elif found:
        xml.SubElement(case, "system-out").text = _clean(text)


def _told(case: xml.Element, tag: str, message: str, text: str) -> None:
    xml.SubElement(case, tag, message=_clean(message), type=tag).text = _clean(text)


def _line(item: Violation) -> str:
    where = f" ({item.path}{f':{item.line}' if item.line else ''})" if item.path else ""
    return f"{item.subject}{where}: {item.message}"


def _count(element: xml.Element) -> None:
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        element.set(name, str(sum(1 for _ in element.iter(tag))))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)

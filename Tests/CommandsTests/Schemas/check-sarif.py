"""check-sarif.py SCHEMA DOCUMENT: prints what is wrong with a SARIF document, and nothing if it conforms.

Two opinions: the schema here, which covers what Trapline writes, and sarif_om (Debian's
python3-sarif-python-om), whose classes were generated from the schema that OASIS publishes.
"""
import json
import sys

import attr
import jsonschema
import sarif_om

# Which class an object is, by the property that holds it; those of property bags and maps are free.
CLASSES = {
    "runs": "Run", "tool": "Tool", "driver": "ToolComponent", "rules": "ReportingDescriptor",
    "shortDescription": "MultiformatMessageString", "help": "MultiformatMessageString",
    "invocations": "Invocation", "results": "Result", "message": "Message", "locations": "Location",
    "relatedLocations": "Location", "physicalLocation": "PhysicalLocation",
    "artifactLocation": "ArtifactLocation", "region": "Region", "address": "Address",
}
FREE = {"properties", "partialFingerprints", "fingerprints"}


def check(value, class_name, path):
    if isinstance(value, list):
        for index, element in enumerate(value):
            check(element, class_name, f"{path}[{index}]")
        return
    if not isinstance(value, dict):
        print(f"{path}: not an object")
        return
    fields = {field.metadata["schema_property_name"]: field for field in attr.fields(getattr(sarif_om, class_name))}
    for name, field in fields.items():
        if field.default is attr.NOTHING and name not in value:
            print(f"{path}: a {class_name} needs {name}")
    for name, content in value.items():
        inside = f"{path}.{name}"
        if name not in fields and name not in ("$schema", "version"):
            print(f"{inside}: a {class_name} has no such property")
        elif name in CLASSES:
            check(content, CLASSES[name], inside)
        elif isinstance(content, dict) and name not in FREE:
            print(f"{inside}: an object of unknown class")


schema = json.load(open(sys.argv[1]))
document = json.load(open(sys.argv[2]))
for error in jsonschema.Draft7Validator(schema).iter_errors(document):
    print(list(error.absolute_path), error.message)
check(document, "SarifLog", "log")

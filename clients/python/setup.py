"""Makes the stubs of the public contracts from ../../protos, so that the wheel has them and the repository does not."""

import importlib.resources
import pathlib
import tempfile

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = pathlib.Path(__file__).resolve().parent
PROTOS = HERE.parents[1] / "protos"
PUBLIC = ["finpay/linkage/v1", "widekyc/v1", "netzme/v1", "kyc/admin/v1", "kyc/errors/v1", "kyc/options/v1"]


class BuildWithStubs(build_py):
    def run(self):
        super().run()
        from grpc_tools import protoc

        files = sorted(str(file.relative_to(PROTOS)) for folder in PUBLIC for file in (PROTOS / folder).glob("*.proto"))
        google = importlib.resources.files("grpc_tools") / "_proto"
        arguments = [f"-I{PROTOS}", f"-I{google}"] + [f"--{kind}_out={self.build_lib}" for kind in ("python", "pyi", "grpc_python")]
        if protoc.main(["protoc", *arguments, *files]) != 0:
            raise SystemExit("protoc failed")
        for folder in {pathlib.Path(file).parts[0] for file in files}:
            (pathlib.Path(self.build_lib) / folder / "py.typed").touch()


# Nothing is left in the source tree.
with tempfile.TemporaryDirectory() as work:
    setup(cmdclass={"build_py": BuildWithStubs}, options={"build": {"build_base": work}, "egg_info": {"egg_base": work}})

"""A damaged ONNX file is refused before anybody loads it."""

from contextlib import suppress

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from scripts.stub_models.piper import write_voice
from voiced.core.errors import ModelBroken
from voiced.engines.onnxfile import check


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    path = tmp_path_factory.mktemp("voice") / "hum.onnx"
    write_voice(path, "hum")
    return path


def _model(nodes, weights=(), outputs=("y",)):
    value = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in outputs]
    return helper.make_model(helper.make_graph(nodes, "g", value, results, weights))


def refused(path, model: bytes) -> str:
    path.write_bytes(model)
    with pytest.raises(ModelBroken) as caught:
        check(path)
    assert str(path) in caught.value.message
    assert caught.value.hint
    return caught.value.message


def test_a_whole_file_is_taken(voice):
    check(voice)


def test_real_files_are_taken(recordings):
    found = sorted((recordings / "models").rglob("*.onnx"))
    assert found
    for path in found:
        check(path)


def test_every_truncation_is_refused(voice, tmp_path):
    whole = voice.read_bytes()
    for size in range(len(whole)):
        refused(tmp_path / "cut.onnx", whole[:size])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelBroken, match="nothing"):
        check(tmp_path / "nothing.onnx")


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 1000, b"\xff" * 1000, b"GGUF" + bytes(996), b"<html>Not found</html>" * 50, b"\x08" * 999, b"{}"],
)
def test_other_files_are_refused(tmp_path, content):
    refused(tmp_path / "other.onnx", content)


def test_a_file_of_zeros_in_its_middle_is_refused(voice, tmp_path):
    whole = bytearray(voice.read_bytes())
    whole[200:264] = bytes(64)
    refused(tmp_path / "hole.onnx", bytes(whole))


def test_weights_of_another_size_than_their_shape_are_refused(tmp_path):
    weights = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    weights.dims[0] = 5
    model = _model([helper.make_node("Add", ["x", "w"], ["y"])], [weights])
    assert "16 bytes, not the 20" in refused(tmp_path / "m.onnx", model.SerializeToString())


def test_weights_in_another_file_are_refused(tmp_path):
    weights = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    onnx.external_data_helper.set_external_data(weights, "/etc/passwd")
    weights.ClearField("raw_data")
    model = _model([helper.make_node("Add", ["x", "w"], ["y"])], [weights])
    assert "another file" in refused(tmp_path / "m.onnx", model.SerializeToString())


@pytest.mark.parametrize(
    "model",
    [
        _model([helper.make_node("Add", ["x", "nobody"], ["y"])]),
        _model([helper.make_node("Neg", ["x"], ["z"])]),
        _model([helper.make_node("Neg", ["z"], ["y"]), helper.make_node("Neg", ["x"], ["z"])]),
        _model([helper.make_node("", ["x"], ["y"])]),
        _model([helper.make_node("Neg", ["x"], ["y"])], outputs=()),
        onnx.ModelProto(ir_version=9),
    ],
)
def test_a_graph_that_does_not_hang_together_is_refused(tmp_path, model):
    refused(tmp_path / "m.onnx", model.SerializeToString())


def test_the_branches_of_a_node_may_use_what_is_around_them(tmp_path):
    branch = helper.make_graph(
        [helper.make_node("Neg", ["x"], ["b"])], "b", [], [helper.make_tensor_value_info("b", TensorProto.FLOAT, [1])]
    )
    model = _model([helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)])
    path = tmp_path / "m.onnx"
    path.write_bytes(model.SerializeToString())
    check(path)


@given(st.data())
def test_a_changed_byte_is_refused_or_leaves_a_whole_file(voice, tmp_path_factory, data):
    """Nothing but `ModelBroken` comes out, whatever is in the file."""
    whole = bytearray(voice.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "changed.onnx"
    path.write_bytes(bytes(whole))
    with suppress(ModelBroken):
        check(path)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(tmp_path_factory, content):
    refused(tmp_path_factory.getbasetemp() / "random.onnx", content)

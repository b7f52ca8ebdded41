"""Piper voices without speech: one that hums, and one that costs what a medium voice costs.

Both have the inputs, the output and the settings file of a real voice, so that the real library loads them and turns
real text into real phonemes. `hum` sounds a tone as long as its phonemes. `medium` has random weights in the shapes of
Piper's medium quality (VITS: Kim et al. 2021; its decoder is HiFi-GAN's, Kong et al. 2020, in the sizes of Piper's
training code), 60 MB of them: what it says is noise, but it takes as long.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE = 22_050
HOP = 256
"""Samples in a frame of the decoder."""
FRAMES_A_SYMBOL = 2.5
"""Real voices speak about so long a symbol, the pads between them counted."""
SYMBOLS = 256
PEAK = 0.3
LOUDER = 2.0
"""How much louder an exclamation is."""
HUM_HZ = 440.0

IPA = "abcdefghijklmnopqrstuvwxyzæçðøħŋœɐɑɒɓɔɕɖɗɘəɚɛɜɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʝʟʡʢʲˈˌːˑ˞βθχᵻⱱ"  # noqa: RUF001
PUNCTUATION = " !'(),-.:;?"
COMBINING = "\u0327\u0303\u032a\u032f\u0329\u02b0\u02e4\u033a\u031d\u030a\u025d\u02b7"
PHONEMES = ("_", "^", "$", *PUNCTUATION, *IPA, *COMBINING)
"""The symbols by their numbers."""

CHANNELS, FILTER, ENCODER_LAYERS, DURATION_LAYERS = 192, 768, 6, 12
FLOWS, FLOW_LAYERS = 4, 4
DECODER_CHANNELS = 256
UPSAMPLING = ((8, 16), (8, 16), (4, 8))
"""Stride and kernel of the decoder's steps; each halves the channels."""
RESIDUAL = ((3, (1, 2)), (5, (2, 6)), (7, (3, 12)))
"""Kernel and dilations of the blocks after each step, whose outputs are added up."""


class Graph:
    """A graph as it grows. Weights are random, and always the same."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self._random = np.random.default_rng(1)

    def add(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Adds a node; gives the name of its output."""
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def constant(self, values: object, kind: type = np.float32) -> str:
        """Adds a constant."""
        name = f"constant_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.array(values, kind), name))
        return name

    def weight(self, *shape: int) -> str:
        """Adds random weights that keep the size of what passes through."""
        return self.constant(self._random.normal(0, np.prod(shape[1:]) ** -0.5, shape))

    def convolution(self, x: str, before: int, after: int, kernel: int = 1, dilation: int = 1) -> str:
        """A convolution over time that keeps its length."""
        pads = [(kernel - 1) * dilation // 2] * 2
        weights, bias = self.weight(after, before, kernel), self.constant(np.zeros(after))
        return self.add("Conv", x, weights, bias, kernel_shape=[kernel], dilations=[dilation], pads=pads)

    def halves(self, x: str) -> tuple[str, str]:
        """The first and the second half of the channels."""
        size = self.add("Shape", x)
        half = self.add("Div", self.add("Gather", size, self.constant([1], np.int64)), self.constant([2], np.int64))
        zero, end, axis = (self.constant([each], np.int64) for each in (0, 1 << 30, 1))
        return self.add("Slice", x, zero, half, axis), self.add("Slice", x, half, end, axis)

    def model(self, sound: str, speakers: int) -> onnx.ModelProto:
        """The whole model, with the inputs and the output of a real voice."""
        self._nodes.append(helper.make_node("Reshape", [sound, self.constant([1, 1, 1, -1], np.int64)], ["output"]))
        inputs = [
            helper.make_tensor_value_info("input", TensorProto.INT64, ["batch_size", "phonemes"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch_size"]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ]
        if speakers > 1:
            inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, ["batch_size"]))
        output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch_size", 1, 1, "time"])
        graph = helper.make_graph(self._nodes, "voice", inputs, [output], self._weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


def _symbols_and_frames(graph: Graph) -> tuple[str, str]:
    """How many symbols there are, and for how many frames they are spoken at the speed that is asked for."""
    count = graph.add("Cast", graph.add("ReduceMax", "input_lengths", keepdims=0), to=TensorProto.FLOAT)
    slowness = graph.add("Gather", "scales", graph.constant(1, np.int64))
    frames = graph.add("Mul", graph.add("Mul", count, graph.constant(FRAMES_A_SYMBOL)), slowness)
    return count, graph.add("Ceil", frames)


def _range(graph: Graph, count: str) -> str:
    return graph.add("Range", graph.constant(0), count, graph.constant(1))


def humming(speakers: int) -> onnx.ModelProto:
    """A voice that hums, each speaker higher than the one before, and louder where there is an exclamation mark."""
    graph = Graph()
    _, frames = _symbols_and_frames(graph)
    step = graph.constant(2 * np.pi * HUM_HZ / RATE)
    if speakers > 1:
        speaker = graph.add("Mul", graph.add("Cast", "sid", to=TensorProto.FLOAT), graph.constant(0.25))
        step = graph.add("Mul", step, graph.add("Add", speaker, graph.constant(1)))
    samples = _range(graph, graph.add("Mul", frames, graph.constant(HOP)))
    mark = graph.add("Equal", "input", graph.constant(PHONEMES.index("!"), np.int64))
    loud = graph.add("ReduceMax", graph.add("Cast", mark, to=TensorProto.FLOAT), keepdims=0)
    peak = graph.add("Pow", graph.constant(LOUDER), loud)
    wave = graph.add("Mul", graph.add("Sin", graph.add("Mul", samples, step)), peak)
    return graph.model(graph.add("Mul", wave, graph.constant(PEAK)), speakers)


def _encoder(graph: Graph) -> str:
    x = graph.add("Gather", graph.weight(SYMBOLS, CHANNELS), "input")
    x = graph.add("Transpose", x, perm=[0, 2, 1])
    for _ in range(ENCODER_LAYERS):
        query, key, value = (graph.convolution(x, CHANNELS, CHANNELS) for _ in range(3))
        scores = graph.add("MatMul", graph.add("Transpose", query, perm=[0, 2, 1]), key)
        seen = graph.add("MatMul", value, graph.add("Softmax", scores, axis=1))
        x = graph.add("Tanh", graph.add("Add", x, graph.convolution(seen, CHANNELS, CHANNELS)))
        wide = graph.add("Relu", graph.convolution(x, CHANNELS, FILTER, 3))
        x = graph.add("Tanh", graph.add("Add", x, graph.convolution(wide, FILTER, CHANNELS, 3)))
    return x


def _expanded(graph: Graph, x: str) -> str:
    """Each symbol as often as it has frames; what tells how often costs about as much as in a real voice."""
    for _ in range(DURATION_LAYERS):
        x = graph.add("Tanh", graph.convolution(x, CHANNELS, CHANNELS))
    count, frames = _symbols_and_frames(graph)
    at = graph.add("Floor", graph.add("Mul", _range(graph, frames), graph.add("Div", count, frames)))
    last = graph.add("Sub", count, graph.constant(1))
    return graph.add("Gather", x, graph.add("Cast", graph.add("Min", at, last), to=TensorProto.INT64), axis=2)


def _flow(graph: Graph, x: str) -> str:
    kept, changed = graph.halves(x)
    hidden = graph.convolution(kept, CHANNELS // 2, CHANNELS)
    skipped = hidden
    for _ in range(FLOW_LAYERS):
        signal, gate = graph.halves(graph.convolution(hidden, CHANNELS, 2 * CHANNELS, 5))
        passed = graph.add("Mul", graph.add("Tanh", signal), graph.add("Sigmoid", gate))
        residual, skip = graph.halves(graph.convolution(passed, CHANNELS, 2 * CHANNELS))
        hidden, skipped = graph.add("Add", hidden, residual), graph.add("Add", skipped, skip)
    moved = graph.add("Sub", changed, graph.convolution(skipped, CHANNELS, CHANNELS // 2))
    return graph.add("Concat", moved, kept, axis=1)


def _decoder(graph: Graph, x: str) -> str:
    channels = DECODER_CHANNELS
    x = graph.convolution(x, CHANNELS, channels, 7)
    for stride, kernel in UPSAMPLING:
        pads = [(kernel - stride) // 2] * 2
        weights = graph.weight(channels, channels // 2, kernel)
        x = graph.add("LeakyRelu", x, alpha=0.1)
        x = graph.add("ConvTranspose", x, weights, kernel_shape=[kernel], strides=[stride], pads=pads)
        channels //= 2
        blocks: list[str] = []
        for size, dilations in RESIDUAL:
            block = x
            for dilation in dilations:
                active = graph.add("LeakyRelu", block, alpha=0.1)
                block = graph.add("Add", block, graph.convolution(active, channels, channels, size, dilation))
            blocks.append(block)
        x = graph.add("Div", graph.add("Sum", *blocks), graph.constant(len(blocks)))
    return graph.add("Tanh", graph.convolution(graph.add("LeakyRelu", x, alpha=0.1), channels, 1, 7))


def medium(speakers: int) -> onnx.ModelProto:
    """A voice that costs what a medium one costs."""
    graph = Graph()
    x = _expanded(graph, _encoder(graph))
    for _ in range(FLOWS):
        x = _flow(graph, x)
    return graph.model(_decoder(graph, x), speakers)


SHAPES = {"hum": humming, "medium": medium}


def settings(symbols: Sequence[str], speakers: int) -> dict[str, object]:
    """What stands beside a voice: how it is spoken to."""
    return {
        "audio": {"sample_rate": RATE, "quality": "medium"},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "num_symbols": SYMBOLS,
        "num_speakers": speakers,
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": {symbol: [number] for number, symbol in enumerate(symbols)},
    }


def write_voice(path: Path, shape: str, speakers: int = 1) -> None:
    """Writes a voice and the settings beside it.

    Args:
        path: the .onnx file.
        shape: hum or medium.
        speakers: how many it has.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SHAPES[shape](speakers).SerializeToString())
    beside = path.with_name(f"{path.name}.json")
    beside.write_text(json.dumps(settings(PHONEMES, speakers)))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Tells what can be asked for."""
    parser.add_argument("path", type=Path, help="the .onnx file to write; its .onnx.json is written beside it")
    parser.add_argument("--shape", choices=SHAPES, default="hum", help="what it does: hum, or cost as much as medium")
    parser.add_argument("--speakers", type=int, default=1)


def write(arguments: argparse.Namespace) -> None:
    """Writes what was asked for."""
    write_voice(arguments.path, arguments.shape, arguments.speakers)

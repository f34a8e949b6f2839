"""Claims in English, taken apart by rules and a vocabulary: numbers, cues, single statements, assertions.

What these rules do not understand they leave alone and say so; nothing here is guessed.
"""

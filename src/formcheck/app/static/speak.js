// The telephone's voice: only one that is on the device itself, as others send the words to a server.

export class Mouth {
  constructor() {
    this.on = sessionStorage.getItem("speaks") === "yes";
    this.voice = null;
    this.listeners = [];
    const { speechSynthesis } = window;
    if (!speechSynthesis) return;
    const look = () => {
      this.voice = speechSynthesis.getVoices().find((voice) => voice.localService && /^en\b/i.test(voice.lang)) || null;
      this.listeners.forEach((listener) => listener(Boolean(this.voice)));
    };
    speechSynthesis.addEventListener?.("voiceschanged", look);
    look();
  }

  /** Hear whether there is such a voice, now and later. */
  found(listener) { this.listeners.push(listener); listener(Boolean(this.voice)); }

  get on() { return this.speaks && Boolean(this.voice); }
  set on(value) { this.speaks = value; sessionStorage.setItem("speaks", value ? "yes" : ""); if (!value) window.speechSynthesis?.cancel(); }

  /** In a tap: from then on it may speak by itself. */
  unlock() { if (this.voice) this.utter(" "); }

  /** Say this; null is silence. */
  say(text) {
    if (text === null) window.speechSynthesis?.cancel();
    else if (this.on) this.utter(text);
  }

  utter(text) {
    const words = new SpeechSynthesisUtterance(text);
    words.voice = this.voice;
    words.lang = this.voice.lang;
    speechSynthesis.speak(words);
  }
}

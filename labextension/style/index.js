import '@trackside/ui/style/index.css';
import './index.css';
